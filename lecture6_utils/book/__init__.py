"""Sphinx extension: makes the published book of the lessons; each file here is one part of that."""

import os


def setup(app):
    """Register the parts with Sphinx, in the order in which they work."""
    without = os.environ.get("SOLUTIONS", "yes") == "no"
    # a book without solutions does not lead to its repository, which has them
    choice = "solutions" if without else "launch"
    for part in (
        "downloads",
        choice,
        "edition",
        "exercises",
        "objectives",
        "ideas",
        "predict",
        "glossary",
        "heading",
        "cite",
        "numbers",
        "access",
        "weight",
        "pdf",
        "epub",
        "ranges",
        "how_sure",
        "speed",
        "verdicts",
        "landing",
        "dark_figures",
        "running_times",
        "deck_time",
        "pins",
        "search",
        "not_found",
    ):
        app.setup_extension(f"{__name__}.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
