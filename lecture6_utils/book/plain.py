"""Stored lessons in plain Markdown, for readers that know no MyST: Jupyter, VS Code, Colab.

An admonition becomes a quotation with a bold title, an answer is folded, a figure's caption
stands beneath it, and a reference says what it says in the book. A question to commit to comes
without its answer, which the next cells give. Below each exercise there is a cell for the reader's code,
which begins with the call that checks an answer; the solutions are folded, as on the pages.
"""

import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from pybtex.backends.markdown import Backend
from pybtex.database import BibliographyData, parse_file
from pybtex.style.formatting.unsrt import Style

from lecture6_utils.book import exercises
from lecture6_utils.book.lessons import METADATA_KEY, find_lessons, read_notebook
from lecture6_utils.book.numbers import with_number
from lecture6_utils.book.predict import TITLE, read

FENCE = re.compile(
    r"^(?P<fence>:{3,})\{(?P<kind>[\w-]+)\}[ \t]*(?P<title>[^\n]*)\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)\n*(?P<body>.*?)\n*^(?P=fence)[ \t]*$\n*",
    re.M | re.S,
)
ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
TARGET = re.compile(r"^\(([\w-]+)\)=\n+(#+ .+\n)?", re.M)
EQUATION = re.compile(r"\$\$((?:(?!\$\$).)+?)\$\$[ \t]*\(([\w:-]+)\)", re.S)
LINK = re.compile(r"\[([^\]]+)\]\(([\w-]+)\.(ipynb|md)(?:#[\w-]*)?\)")
HEADING = re.compile(r"^# (.+)$", re.M)
EXERCISE = re.compile(r"Exercise (\d+)")
OPTION = re.compile(r"^:([\w-]+):[ \t]*(.*)$", re.M)


class PlainLessons:
    """The lessons of the book in the folder `root`, in plain Markdown.

    Parameters
    ----------
    root : Path
    prepare : callable, optional
        What is done to each stored notebook first, such as to drop its solutions.

    Attributes
    ----------
    titles : dict of str to str
        Lesson → its title with its number, in the order of the book; those not executed yet
        are left out.
    """

    def __init__(self, root, prepare=None):
        self._chapters = root / "chapters"
        lessons = find_lessons(root)
        self._numbers = {lesson.slug: n for n, lesson in enumerate(lessons, 1)}
        self._stored = {les.slug: nb for les in lessons if (nb := read_notebook(les)) is not None}
        for notebook in self._stored.values() if prepare else ():
            prepare(notebook)
        bibliography = self._chapters / "references.bib"
        self._works = parse_file(bibliography) if bibliography.exists() else BibliographyData()
        self._exercises = exercises.read(root)
        self._labels = {}  # name of a figure, equation or section → lesson, what it is called
        self.titles = {}
        figures = equations = 0  # both are numbered through, as in the book
        for slug, notebook in self._stored.items():
            for cell in notebook.cells:
                if name := cell.metadata.get("mystnb", {}).get("figure", {}).get("name"):
                    figures += 1
                    self._labels[name] = slug, str(figures)
                if cell.cell_type == "markdown":
                    for _, name in EQUATION.findall(cell.source):
                        equations += 1
                        self._labels[name] = slug, str(equations)
                    for name, heading in TARGET.findall(cell.source):
                        self._labels[name] = slug, heading.strip("# \n")
            self.titles[slug] = f"{self._numbers[slug]}. {self._title(slug)}"

    def notebook(self, slug):
        """A new notebook, the stored outputs included."""
        stored = self._stored[slug]
        cited, cells = [], []
        for cell in stored.cells:
            if cell.cell_type == "markdown":
                cells += self._prose(slug, cell, cited)
            else:
                cells += self._code(slug, cell, cited)
        cells[0].source = HEADING.sub(lambda _: f"# {self.titles[slug]}", cells[0].source, count=1)
        if cited:
            references = self._references(cited)
            cells.append(new_markdown_cell(f"## References\n\n{references}", id="references"))
        made = stored.copy()
        made.cells = cells
        made.metadata = stored.metadata.copy()
        made.metadata.pop(METADATA_KEY, None)
        return made

    # --- cells ----------------------------------------------------------------------------

    def _prose(self, slug, cell, cited):
        """A Markdown cell, cut below each exercise, with a cell for the reader's code in the cut."""
        start = 0
        for match in FENCE.finditer(cell.source):
            if "exercise" in match["options"]:
                number = EXERCISE.search(match["title"])
                exercise = self._exercises.get(f"{slug}-{number[1]}") if number else None
                body, own = match["body"], f"exercise {number[1]}" if number else "the exercise"
                own = f"# Your code for {own}"
                if exercise:
                    body = f"*{exercise.effort}*\n\n{body}\n\n{exercise.how_to_check}"
                    own += f"\n{exercise.code}"
                first, last = cell.source[start : match.start("body")], match.end("body")
                text = first + body + cell.source[last : match.end()]
                yield self._markdown(slug, cell, text, start, cited)
                yield new_code_cell(own, id=f"{cell.id}-{start}-own")
                start = match.end()
        if cell.source[start:].strip():
            yield self._markdown(slug, cell, cell.source[start:], start, cited)

    def _markdown(self, slug, cell, source, start, cited):
        made = cell.copy()
        made.id, made.metadata = f"{cell.id}-{start}" if start else cell.id, NotebookNode()
        made.source = self._plain(slug, source, cited).strip("\n")
        return made

    def _code(self, slug, cell, cited):
        """A code cell, folded where the pages fold it, and the caption of its figure."""
        made = cell.copy()
        mystnb, tags = cell.metadata.get("mystnb", {}), cell.metadata.get("tags", [])
        made.metadata = NotebookNode(tags=tags) if tags else NotebookNode()
        if "hide-cell" in tags:
            name = mystnb.get("code_prompt_show", "").removeprefix("Show ") or "solution"
            made.source = f"# {name.capitalize()}\n{made.source}"
            made.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
        elif "hide-input" in tags:
            made.metadata["jupyter"] = {"source_hidden": True}
        yield made
        figure = mystnb.get("figure", {})
        if figure.get("name") and figure.get("caption"):
            caption = self._plain(slug, figure["caption"], cited)
            number = self._labels[figure["name"]][1]
            yield new_markdown_cell(f"**Fig. {number}** {caption}", id=f"{cell.id}-caption")

    # --- Markdown -------------------------------------------------------------------------

    def _plain(self, slug, source, cited):
        source = EQUATION.sub(lambda m: f"$${m[1]}\\tag{{{self._labels[m[2]][1]}}}$$", source)
        source = TARGET.sub(lambda m: m[2] or "", source)
        source = ROLE.sub(lambda m: self._role(slug, m[1], m[2], cited), source)
        source = LINK.sub(self._link, source)
        return FENCE.sub(_box, source)

    def _role(self, slug, role, content, cited):
        """What stands for a role; one that is not known here is its own text."""
        explicit = re.fullmatch(r"(.+?)\s*<([^<>]+)>", content, re.S)
        text, target = explicit.groups() if explicit else (None, content)
        if role in ("cite", "cite:p", "cite:t"):
            works = [self._work(key.strip(), cited) for key in target.split(",")]
            if role == "cite:t":
                return "; ".join(f"{authors} ({year})" for authors, year in works)
            return f"({'; '.join(f'{authors}, {year}' for authors, year in works)})"
        if role == "doc":
            return self._document(text, target)
        if role in ("numref", "eq", "ref"):
            home, called = self._labels.get(target, (slug, target))
            if role == "numref":
                called = re.sub(r"%s|\{number\}", called, text or "Fig. %s")
            elif role == "eq":
                called = f"({called})"
            else:
                called = text or called
            return called if home == slug else f"[{called}]({home}.ipynb)"
        return text or target

    def _link(self, match):
        text, name, suffix = match.groups()
        if suffix == "md":
            return text  # a page of the book, which is not here
        return self._document(text, name)

    def _document(self, text, name):
        if name in self._stored:
            title = self._title(name)
            said = with_number(text or title, title, self._numbers[name], bool(text))
            return f"[{said}]({name}.ipynb)"
        page = self._chapters / f"{name}.md"
        found = HEADING.search(page.read_text(encoding="utf-8")) if page.exists() else None
        return text or (f"“{found[1]}”" if found else name)

    def _title(self, slug):
        found = HEADING.search(self._stored[slug].cells[0].source)
        return found[1] if found else slug

    # --- what is cited --------------------------------------------------------------------

    def _work(self, key, cited=None):
        """Authors and year of a work, which is noted in `cited`."""
        if key not in self._works.entries:  # the build of the pages reports it
            return key, "n.d."
        if cited is not None:
            cited.append(key)
        work = self._works.entries[key]
        names = [
            " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
            for person in work.persons.get("author", [])
        ]
        authors = f"{names[0]} et al." if len(names) > 2 else " and ".join(names) or key
        return authors, work.fields.get("year", "n.d.")

    def _references(self, keys):
        """The works as a list, by author and year."""
        works = sorted(set(keys), key=self._work)
        entries = Style().format_entries([self._works.entries[key] for key in works])
        texts = (" ".join(entry.text.render(Backend()).split()) for entry in entries)
        # the backend escapes all punctuation, also where nothing could be mistaken
        return "\n".join("- " + re.sub(r"\\([.()-])", r"\1", text) for text in texts)


def _box(match):
    """An admonition as a quotation; what the pages fold, folded."""
    title, body = match["title"].strip(), match["body"]
    if match["kind"] == "predict":
        return _question(match)
    if match["kind"] != "admonition":  # note, tip …: what stands on its first line is text
        body = "\n".join(filter(None, (title, body)))
        title = match["kind"].capitalize()
    body = FENCE.sub(_box, body).strip("\n")
    if "dropdown" in match["options"]:
        return _folded(title, body)
    # Jupyter takes the > of a quoted formula's further lines for a part of it
    body = re.sub(r"\$\$.+?\$\$", lambda m: " ".join(m[0].split()), body, flags=re.S)
    return _quoted(title, body.splitlines())


def _folded(title, body):
    return f"<details>\n<summary><b>{title}</b></summary>\n\n{body}\n\n</details>\n\n"


def _quoted(title, lines):
    return "\n".join(f"> {line}".rstrip() for line in [f"**{title}**", "", *lines]) + "\n\n"


def predictions(source):
    """The `predict.Box` of each question to commit to in a cell's text."""
    found = FENCE.finditer(source)
    return [prediction(match) for match in found if match["kind"] == "predict"]


def prediction(match):
    """The `predict.Box` that a fence is."""
    options = dict(OPTION.findall(match["options"]))
    return read(match["title"].strip(), options, match["body"].splitlines())


def _question(match):
    box = prediction(match)
    choices = [f"- {label}" for label, _ in box.choices]
    if box.slider:
        choices = ["", "Your answer: from {} to {}".format(*box.slider.ends)]
    said = _quoted(TITLE, [*box.question, *choices, "", "Decide before you run the next cell."])
    told = "\n".join(match["body"].splitlines()[box.below :]).strip("\n")
    return said + (_folded("After you have run it", told) if told else "")
