"""The slides are a Sphinx project of their own, beside the book: `make slides` builds it."""

project = "Character Embeddings and Autoencoders: slides"
author = "The Lecture 6 authors"
language = "en"

extensions = ["myst_parser", "sphinx.ext.mathjax", "lecture6_utils.book.slides"]
myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath"]
html_copy_source = False

revealjs_html_theme = "revealjs-simple"
revealjs_style_theme = "slides.css"
revealjs_css_files = ["pygments.css"]
revealjs_static_path = ["_static"]
pygments_style = "a11y-high-contrast-light"  # as in the book
revealjs_script_plugins = [
    {"src": "revealjs/plugin/notes/notes.js", "name": "RevealNotes"},
]
revealjs_script_conf = {
    "width": 1280,
    "height": 720,
    "margin": 0,
    "center": False,
    "transition": "none",
    "hash": True,
    "slideNumber": "c/t",
    "controlsLayout": "edges",  # beside the text, not over it
    "navigationMode": "linear",  # → and Space go through all slides, Esc shows the sections
    "pdfSeparateFragments": False,
}

# the book's own copy, which lies beside the folder of the slides; relative to _static
mathjax_path = "../../mathjax/tex-chtml.js"
# slides that are hidden while MathJax works have no font height to match
mathjax3_config = {"chtml": {"matchFontHeight": False, "scale": 1.15}}
