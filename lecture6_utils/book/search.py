"""A search marks whole words, and its results lead to sections; Sphinx's scripts are changed for it."""

from pathlib import Path

from sphinx.errors import ExtensionError

SECTIONS = Path(__file__).with_suffix(".js")

# “KL” is not in “sklearn”, but “autoencoder” is in “autoencoders”: a word has to begin with
# what is looked for, of which Sphinx leaves letters, digits and underscores.
SUBSTRING = "const pos = val.toLowerCase().indexOf(text);"
WORD = 'const pos = val.toLowerCase().search(new RegExp("(?<![\\\\p{L}\\\\p{N}_])" + text, "u"));'


def mend_search(app, exception):
    """Change the scripts in the built book."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    path = static / "sphinx_highlight.js"
    text = path.read_text(encoding="utf-8")
    if WORD not in text:  # else a page was built anew: the script is there from the last time
        if SUBSTRING not in text:
            raise ExtensionError(f"Sphinx's {path.name} has changed: mend {__name__}.")
        path.write_text(text.replace(SUBSTRING, WORD), encoding="utf-8")
    path = static / "searchtools.js"
    text, more = (p.read_text(encoding="utf-8") for p in (path, SECTIONS))
    if more not in text:
        path.write_text(f"{text}\n{more}", encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", mend_search)
