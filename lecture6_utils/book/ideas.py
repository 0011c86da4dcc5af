"""The list of ideas becomes a map, with lines from idea to idea."""

from docutils import nodes

PAGE = "chapters/ideas"
# In the drawing a cell is 100 × 100; book.css gives its box the same share of the cell.
LEFT, RIGHT, MIDDLE, BOTTOM = 6, 94, 40, 80


def read_map(doctree):
    """Where each idea stands and what it needs.

    Parameters
    ----------
    doctree : docutils.nodes.document
        Sections, each with one list; an item has a target ``idea-…`` and may link to others.

    Returns
    -------
    cells : dict of str to tuple of int
        Idea → its column and row.
    needs : list of tuple of str
        Pairs of an idea and one it needs.

    Raises
    ------
    ValueError
        If an item has no target ``idea-…``.
    """
    cells, needs = {}, []
    for column, ideas in enumerate(doctree.findall(nodes.bullet_list)):
        for row, item in enumerate(ideas):
            names = [n for e in item.findall(nodes.Element) for n in e.get("names", [])]
            idea = next((name for name in names if name.startswith("idea-")), None)
            if idea is None:
                raise ValueError(f"Say (idea-…)= above this idea: {item.astext()!r}.")
            cells[idea] = column, row
            links = [link.get("refid", "") for link in item.findall(nodes.reference)]
            needs += [(idea, target) for target in links if target.startswith("idea-")]
    return cells, needs


def draw_line(start, end):
    """A path from the box of a needed idea to the box of what is built on it."""
    (column, row), (to_column, to_row) = start, end
    x, y, to_x, to_y = (100 * n for n in (column, row, to_column, to_row))
    if column != to_column:  # through the gap between the columns
        x, to_x = (
            (x + RIGHT, to_x + LEFT - 1) if column < to_column else (x + LEFT, to_x + RIGHT + 1)
        )
        y, to_y = y + MIDDLE, to_y + MIDDLE - 12
        bend = LEFT if column < to_column else -LEFT
        path = f"M{x} {y} C{x + 2 * bend} {y} {to_x - 2 * bend} {to_y} {to_x} {to_y}"
    elif to_row == row + 1:  # straight down
        x, to_x, y, to_y = x + 50, to_x + 50, y + BOTTOM, to_y - 3
        path = f"M{x} {y} V{to_y}"
    else:  # past the boxes between, on the left
        y, to_y, to_x = y + MIDDLE + 12, to_y + MIDDLE, to_x + LEFT - 1
        path = f"M{to_x} {y} C{x} {y + 30} {x} {to_y - 30} {to_x} {to_y}"
    return path, f"M{to_x} {to_y} h0"  # no length, but a round cap: a dot


def draw_map(cells, needs):
    """The lines as SVG, and the rules that light up those of the idea one points at."""
    width = 100 * (1 + max(column for column, _ in cells.values()))
    height = 100 * (1 + max(row for _, row in cells.values()))
    lines, rules = [], []
    for idea, need in needs:
        line, dot = draw_line(cells[need], cells[idea])
        lines.append(
            f'<g class="{need} {idea}"><path d="{line}"/><path class="dot" d="{dot}"/></g>'
        )
    for idea in cells:
        pointed = f".ideas:has(li:is(:hover, :focus-within) #{idea})"
        rules.append(f"{pointed} g.{idea} {{ stroke: var(--pst-color-primary); }}")
    return (
        f'<svg aria-hidden="true" viewBox="0 0 {width} {height}" preserveAspectRatio="none" '
        f'style="height: calc(var(--row) * {height // 100})">'
        f"<style>{' '.join(rules)}</style>{''.join(lines)}</svg>"
    )


def add_map(app, doctree):
    """Put the lists side by side and the lines beneath them."""
    if app.env.docname == PAGE:
        cells, needs = read_map(doctree)
        unknown = {need for _, need in needs} - set(cells)
        if unknown:
            raise ValueError(f"{PAGE} has no idea {sorted(unknown)}, which others need.")
        page = next(doctree.findall(nodes.section))
        parts = [child for child in page if isinstance(child, nodes.section)]
        for part in parts:
            page.remove(part)
        drawing = nodes.raw("", draw_map(cells, needs), format="html")
        page += nodes.container("", *parts, drawing, classes=["ideas"])


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", add_map)
