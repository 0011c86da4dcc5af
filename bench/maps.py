"""A t-SNE map of the stacked net's codings: `python bench/maps.py scikit-learn|openTSNE POINTS FILE`.

The file holds codings and labels; `python bench/maps.py codings FILE` trains the net and writes it.
"""

import sys

from turns import Turns, use_one_thread

use_one_thread()
import numpy as np  # noqa: E402

NEIGHBORS = 10


def write_codings(path):
    """Train the lesson's net; tell what it took, and its error."""
    from lecture6_utils.reproducibility import make_reproducible

    make_reproducible("bench")
    from lecture6_utils.datasets import load_fashion_mnist
    from lecture6_utils.models import fit_stacked_autoencoder

    (images, labels), (X_valid, _), _ = load_fashion_mnist()
    turns = Turns()
    encoder, _, net = fit_stacked_autoencoder(images)
    took = turns.took()
    error = float(np.mean((net.predict(X_valid, verbose=0) - X_valid) ** 2))
    np.savez(path, codings=encoder.predict(images, verbose=0), labels=labels)
    turns.tell(took | {"mse": error})  # last: who has told all is ended


def draw(library, codings):
    """The map, with the library's own settings."""
    if library == "scikit-learn":
        from sklearn.manifold import TSNE

        return lambda: TSNE(random_state=42, n_jobs=1).fit_transform(codings)
    from openTSNE import TSNE

    return lambda: np.asarray(TSNE(random_state=42, n_jobs=1).fit(codings))


def scores(codings, points, labels):
    """10-NN accuracy of a map, and its trustworthiness; scikit-learn's needs memory for n² ranks."""
    from sklearn.metrics import pairwise_distances
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=NEIGHBORS).fit(points).kneighbors(return_distance=False)
    votes = np.eye(10)[labels[near]].sum(axis=1).argmax(axis=1)
    n, penalty = len(points), 0
    for start in range(0, n, 500):
        rows = slice(start, start + 500)
        distances = pairwise_distances(codings[rows], codings)
        theirs = np.take_along_axis(distances, near[rows], axis=1)
        for k in range(NEIGHBORS):
            ranks = (distances < theirs[:, k : k + 1]).sum(axis=1)  # the point itself counts, too
            penalty += np.maximum(ranks - NEIGHBORS, 0).sum()
    worst = n * NEIGHBORS * (2 * n - 3 * NEIGHBORS - 1) / 2
    return float(np.mean(votes == labels)), float(1 - penalty / worst)


def main(what, *arguments):
    if what == "codings":
        return write_codings(*arguments)
    n, stored = int(arguments[0]), np.load(arguments[1])
    codings, labels = stored["codings"][:n], stored["labels"][:n]
    make = draw(what, codings)
    turns = Turns()
    points = make()
    took = turns.took()
    accuracy, trustworthiness = scores(codings, points, labels)
    turns.tell(took | {"accuracy": accuracy, "trustworthiness": trustworthiness})


if __name__ == "__main__":
    main(*sys.argv[1:])
