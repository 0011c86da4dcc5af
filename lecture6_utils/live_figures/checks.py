"""What live figures refuse: each message says what was wrong, what is expected, and what to do."""

import numpy as np


def numbers(values, what):
    """The values as an array, if they are finite numbers."""
    try:
        values = np.asarray(values)
    except ValueError:  # lists of unequal lengths
        values = np.array(None)
    if values.dtype.kind not in "buif":
        raise ValueError(
            f"{what} must be an array of numbers, got {values.dtype}: give a NumPy array of one dtype."
        )
    if lost := np.count_nonzero(~np.isfinite(values)):
        raise ValueError(
            f"{what} must be finite: {lost:,} of {values.size:,} values are NaN or infinite. "
            "Find out which step makes them, or leave these rows out."
        )
    return values


def named(arrays, what):
    """A dict of arrays that is not empty."""
    if not isinstance(arrays, dict) or not arrays:
        got = "an empty one" if isinstance(arrays, dict) else type(arrays).__name__
        raise ValueError(f"{what} must be a dict, got {got}: give a name and an array of each.")
    return arrays


def images(values, per_row=1):
    """Images of gray values in [0, 1], as many as fill rows of a sheet."""
    values = numbers(values, "images")
    if values.ndim != 3 or values.shape[1:] != (28, 28) or not len(values):
        raise ValueError(
            f"Expected images of shape (n, 28, 28), got {values.shape}. Reshape them, e.g. "
            "images.reshape(-1, 28, 28)."
        )
    if values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"Images must lie in [0, 1], got {values.min():g} to {values.max():g}: divide gray "
            "values by 255."
        )
    if len(values) % per_row:
        raise ValueError(
            f"Got {len(values)} images, expected a multiple of {per_row}: they stand in rows of "
            "so many. Leave some out."
        )
    return values


def labels(values, n, names):
    """A label for each of `n` items, from 0 up."""
    values = numbers(values, "labels")
    if values.dtype.kind not in "ui" or values.shape != (n,):
        raise ValueError(
            f"Expected {n} whole numbers as labels, shape ({n},), got {values.dtype} of shape "
            f"{values.shape}. Give the label of each item, in the same order."
        )
    if not n or values.min() < 0 or values.max() >= len(names) or len(names) > 10:
        span = f"from {values.min()} to {values.max()}" if n else "none"
        raise ValueError(
            f"Expected labels from 0 to {len(names) - 1} for at most ten names, got labels "
            f"{span} and {len(names)} names. Name every label, and draw ten classes at most."
        )
    return values


def positions(values, n, what):
    """A position on the plane for each of `n` items."""
    values = numbers(values, what)
    if values.shape != (n, 2):
        raise ValueError(
            f"Expected {what} of shape ({n}, 2), got {values.shape}. Give x and y of each item, "
            "in the same order as the labels."
        )
    return values


def codings(values, n, width=None):
    """A row of codings for each of `n` images."""
    values = numbers(values, "codings")
    if values.ndim != 2 or len(values) != n or width not in (None, values.shape[1]):
        raise ValueError(
            f"{n} images need codings of shape ({n}, {width or 'n_codings'}), got "
            f"{values.shape}. Encode these images, in the same order."
        )
    return values
