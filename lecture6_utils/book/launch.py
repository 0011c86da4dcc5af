"""Buttons that open a lesson on Colab and Binder, in a build that was told the book's address."""

import sys

from lecture6_utils.book.lessons import BookError
from lecture6_utils.book.publish import BINDER, BRANCH, COLAB, known_repository


def add_buttons(app, config):
    """The environment variable REPOSITORY has the address; the workflow that publishes sets it."""
    try:
        url = known_repository()
    except BookError as error:
        sys.exit(str(error))  # an exception would be buried under Jupyter Book's tracebacks
    if url:
        config.html_theme_options |= {
            "repository_url": url,
            "repository_branch": BRANCH,
            "use_repository_button": True,
            "launch_buttons": {
                "binderhub_url": BINDER,
                "colab_url": COLAB,
                "notebook_interface": "jupyterlab",
            },
        }


def setup(app):
    """Register with Sphinx."""
    app.connect("config-inited", add_buttons)
