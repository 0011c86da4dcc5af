"""Mends what other packages write into our pages, and tells of a patch that finds nothing to mend.

Such a warning fails the build: with another version of the package the fault may be gone, or
it may be written otherwise and be back in the book.
"""

from dataclasses import dataclass
from importlib.metadata import version

from sphinx.util import logging

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patch:
    """A text that `package` writes, and what stands in its place in our pages.

    The fault is no part of the remedy: a page that a second build leaves is mended again.
    """

    name: str
    package: str
    fault: str
    remedy: str


def mended(text, patches, found):
    """The text with all patches applied; those with something to mend are added to the set `found`."""
    for patch in patches:
        if patch.fault in text:
            found.add(patch)
            text = text.replace(patch.fault, patch.remedy)
    return text


def tell_unused(app, patches, found):
    """Tell of the patches that were not found in any page of a build from scratch."""
    if app.fresh_env_used:  # else most pages are of an earlier build, and mended already
        for patch in patches:
            if patch not in found:
                tell_useless(patch.name, patch.package)


def tell_useless(name, package):
    """Tell that a patch does nothing any more."""
    logger.warning(
        "The patch %r finds nothing to mend in what %s %s writes: see whether its fault is gone, "
        "and remove the patch, or change the text that it looks for.",
        name,
        package,
        version(package),
        once=True,
    )
