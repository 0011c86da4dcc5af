"""The shipped data are the published ones, and a damaged file is named with its remedy."""

import numpy as np
import pytest

from lecture6_utils import datasets
from lecture6_utils.datasets import CLASS_NAMES, FASHION_MNIST_SHA256, DataFileError


@pytest.fixture(scope="module")
def splits():
    return datasets.load_fashion_mnist()


def test_splits_are_as_documented(splits):
    for (X, y), n in zip(splits, (55_000, 5_000, 10_000)):
        assert X.shape == (n, 28, 28) and X.dtype == np.float32
        assert X.min() == 0 and X.max() == 1
        assert y.shape == (n,) and y.dtype == np.uint8
        assert set(y) == set(range(len(CLASS_NAMES)))


def test_classes_are_balanced_as_published(splits):
    (_, y_train), (_, y_valid), (_, y_test) = splits
    assert np.bincount(np.concatenate([y_train, y_valid])).tolist() == [6_000] * 10
    assert np.bincount(y_test).tolist() == [1_000] * 10


def test_the_first_image_is_an_ankle_boot_and_its_bytes_are_kept(splits):
    X, y = splits[0]
    assert CLASS_NAMES[y[0]] == "Ankle boot"
    assert int((X[0] * 255).round().sum()) == 76_247


def test_files_are_hashed_once_per_process(splits, monkeypatch):
    monkeypatch.setattr(datasets.hashlib, "sha256", None)  # to hash would raise a TypeError
    for name, sha256 in FASHION_MNIST_SHA256.items():
        datasets.read_verified(datasets.DATA_DIR / "fashion_mnist" / name, sha256)


@pytest.mark.parametrize("content", [None, "the first kilobyte", b"something else"], ids=str)
def test_a_damaged_file_is_named_with_both_hashes_and_the_remedy(tmp_path, monkeypatch, content):
    damaged, shipped = "train-labels-idx1-ubyte.gz", datasets.DATA_DIR / "fashion_mnist"
    folder = tmp_path / "fashion_mnist"
    folder.mkdir()
    for name in FASHION_MNIST_SHA256:
        if name != damaged:
            (folder / name).symlink_to(shipped / name)  # 31 MB: not to be copied
        elif content:
            kept = (shipped / name).read_bytes()[:1_000]
            (folder / name).write_bytes(kept if isinstance(content, str) else content)
    monkeypatch.setattr(datasets, "DATA_DIR", tmp_path)
    with pytest.raises(DataFileError) as error:
        datasets.load_fashion_mnist()
    message = str(error.value)
    assert str(folder / damaged) in message
    assert f"expected SHA-256: {FASHION_MNIST_SHA256[damaged]}" in message
    assert "found:            " in message
    assert "git checkout -- " in message
