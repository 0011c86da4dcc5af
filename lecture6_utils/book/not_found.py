"""Puts the contents of the book on the page that a server shows for a wrong address, 404.html."""

from html import escape
from pathlib import Path

PLACE = "<!-- the contents: not_found.py -->"


def contents(app):
    """The pages of each part as a list; the page itself finds out where they are."""
    site_map, env = app.env.external_site_map, app.env
    for part in site_map[site_map.root.docname].subtrees:
        lines = [f"<h2>{escape(part.caption)}</h2>", "<ul>"]
        for name in part.files():
            number = env.toc_secnumbers.get(name, {}).get("", ())
            title = " ".join(filter(None, [".".join(map(str, number)), env.titles[name].astext()]))
            to = app.builder.get_target_uri(name)
            lines.append(f'<li><a data-to="{to}">{escape(title)}</a></li>')
        yield "\n".join([*lines, "</ul>"])


def fill(app, exception):
    """Complete the page in the built book."""
    page = Path(app.outdir, "404.html")
    if exception is None and app.builder.name == "html":
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(PLACE, "\n".join(contents(app))), encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", fill)
