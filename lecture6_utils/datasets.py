"""Fashion-MNIST, and the check that every data file passes before use."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

DATA_DIR = Path(__file__).parent / "data"

#: SHA-256 of the four files as Zalando Research published them.
FASHION_MNIST_SHA256 = {
    "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}

#: Fashion-MNIST's ten classes, in the order of their labels 0 … 9.
CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

N_VALID = 5_000  # the last images of the training file


class DataFileError(Exception):
    """A data file is missing, or is not the one the lessons were measured on."""


@lru_cache  # hashed once per process: a lesson may load its data as often as it likes
def read_verified(path, sha256, remedy=None):
    """The bytes of a data file, if they are the ones that the lessons were measured on.

    Parameters
    ----------
    path : pathlib.Path
    sha256 : str
        The hash expected, in hexadecimal.
    remedy : str, optional
        What to do if it is another; by default, how to restore a shipped file.

    Returns
    -------
    bytes

    Raises
    ------
    DataFileError
        If the file is missing, truncated or replaced.
    """
    try:
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
    except FileNotFoundError:
        found = "no such file"
    if found != sha256:
        raise DataFileError(
            f"{path} is not the file the lessons were measured on.\n"
            f"  expected SHA-256: {sha256}\n"
            f"  found:            {found}\n"
            + (
                remedy
                or f"Restore it with `git checkout -- {path.name}` in its folder, "
                "or clone the book again (installed by pip: reinstall the package)."
            )
        )
    return content


def _read_idx(folder, name):
    """The array in a gzipped IDX file: 2 zero bytes, a type, the rank, the shape, the data."""
    raw = gzip.decompress(read_verified(folder / name, FASHION_MNIST_SHA256[name]))
    rank = raw[3]
    shape = np.frombuffer(raw, dtype=">u4", count=rank, offset=4)
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


def load_fashion_mnist():
    """Fashion-MNIST, split as in every lesson.

    Train and validation are the first 55,000 and the last 5,000 images of the
    published training file; test is the published test file. Tune on validation,
    report on test.

    Returns
    -------
    (X_train, y_train), (X_valid, y_valid), (X_test, y_test) : tuples of ndarray
        Images are float32 in [0, 1] (the published byte / 255; 0 is background) with
        shapes (55000, 28, 28), (5000, 28, 28) and (10000, 28, 28). Labels are uint8
        in 0 … 9, named by `CLASS_NAMES`.

    Raises
    ------
    DataFileError
        If a file is missing, truncated or replaced.

    References
    ----------
    Xiao, Rasul and Vollgraf (2017), *Fashion-MNIST: a novel image dataset for
    benchmarking machine learning algorithms*, arXiv:1708.07747.
    """
    folder = DATA_DIR / "fashion_mnist"
    X, X_test = (
        _read_idx(folder, f"{part}-images-idx3-ubyte.gz").astype(np.float32) / 255
        for part in ("train", "t10k")
    )
    y, y_test = (_read_idx(folder, f"{part}-labels-idx1-ubyte.gz") for part in ("train", "t10k"))
    return (X[:-N_VALID], y[:-N_VALID]), (X[-N_VALID:], y[-N_VALID:]), (X_test, y_test)
