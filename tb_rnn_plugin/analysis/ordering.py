"""An order of units in which similar units are neighbours."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.log.schema import Array

_DECIMALS = 9
"""Decimals of a unit's place, -1 to 1, that the order compares: equal units differ beyond them, by rounding errors."""


def spectral_order(values: Array) -> Array:
    """Return the order of units in which similar units are neighbours: spectral seriation.

    After Atkins, Boman & Hendrickson, "A Spectral Algorithm for Seriation and the Consecutive Ones Problem" (1998).
    The affinity of two units is `(1 + r) / 2`, with their correlation r over time. The Fiedler vector of its normalized
    Laplacian (the random-walk one, so that well connected units are not drawn to the ends) gives each unit a place on a
    line. The direction is the one in which means, divided by each unit's largest value, tend to rise. Units at the same
    place are by index.

    Args:
        values: `[time, unit]`. Timesteps at which any unit is NaN or infinite, such as padding, are left out.

    Returns:
        `[unit]` of int64, indices of units. Constant units, which correlate with none, come last, by index; if no
        timestep is left, all units are by index.
    """
    finite = values[np.isfinite(values).all(axis=1)].astype(np.float64)
    units = np.arange(values.shape[1], dtype=np.int64)
    if not len(finite):
        return units
    # Squares of the largest numbers overflow, and the mean of equal numbers is exact only if they are 1.
    largest = np.abs(finite).max(axis=0)
    activity = finite / np.where(largest > 0, largest, 1.0)
    means = activity.mean(axis=0)
    lengths = np.linalg.norm(activity - means, axis=0)
    varying = units[lengths > 0]
    if not len(varying):
        return units
    places = _fiedler_vector(((activity - means) / np.where(lengths > 0, lengths, 1.0))[:, varying])
    direction = places @ (means[varying] - means[varying].mean())
    order = varying[np.argsort(np.round(places if direction >= 0 else -places, _DECIMALS), kind="stable")]
    return np.concatenate([order, units[lengths == 0]])


def _fiedler_vector(standardized: Array) -> Array:
    """Return the place of each unit, `[unit]`, -1 to 1; zeros if all affinities are equal.

    The affinity matrix is `B'B`, with `B = [1; Z] / sqrt(2)` and Z the units' activity. Its eigenvectors are computed
    from the smaller of `B'B` and `BB'`: a ConvLSTM has too many units for a matrix of all pairs.

    Args:
        standardized: `[time, unit]`, of mean 0 and length 1.
    """
    times, units = standardized.shape
    factor = np.concatenate([np.ones((1, units)), standardized]) / np.sqrt(2)
    root_degrees = np.sqrt(factor.sum(axis=1) @ factor)
    factor /= root_degrees
    # The trivial eigenvector is known. It is projected out, because it could mix with the Fiedler vector if both had
    # the same eigenvalue, as they have when units fall into groups of opposite activity.
    trivial = root_degrees / np.linalg.norm(root_degrees)
    factor -= np.outer(factor @ trivial, trivial)
    wide = units > times + 1
    eigenvalues, vectors = np.linalg.eigh(factor @ factor.T if wide else factor.T @ factor)
    if eigenvalues[-1] < 10.0**-_DECIMALS:
        return np.zeros(units)
    places = (vectors[:, -1] @ factor if wide else vectors[:, -1]) / root_degrees
    result: Array = places / np.abs(places).max()
    return result
