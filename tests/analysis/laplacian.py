"""Spectral seriation by the book: the whole Laplacian, its second eigenvector."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.log.schema import Array


def fiedler_order(values: Array) -> list[int]:
    """Return the order of varying units, in either direction, without regard to ties.

    Args:
        values: `[time, unit]`, all finite.
    """
    affinity = (1 + np.corrcoef(values.astype(np.float64).T)) / 2
    degrees = affinity.sum(axis=0)
    laplacian = np.diag(degrees) - affinity
    # Eigenvectors of D^-1 L, by way of the symmetric D^-1/2 L D^-1/2.
    root = np.diag(degrees**-0.5)
    eigenvalues, vectors = np.linalg.eigh(root @ laplacian @ root)
    assert abs(eigenvalues[0]) < 1e-12 < eigenvalues[1]
    order: list[int] = np.argsort(root @ vectors[:, 1]).tolist()
    return order
