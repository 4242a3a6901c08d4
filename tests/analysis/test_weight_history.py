"""Norms and histograms of weights over training, against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest

from tb_rnn_plugin.analysis.weight_history import BINS, largest_weights, spectral_radius, weight_history
from tb_rnn_plugin.cells.weights import GateWeights
from tb_rnn_plugin.log.schema import Array


def gates(W: Array) -> dict[str, GateWeights]:  # noqa: N803 (the papers' letter)
    return {"gate": GateWeights(W, np.eye(2), None, None)}


def test_weights_stored_in_half_precision() -> None:
    """The square of 300 is beyond what float16 holds."""
    W = np.array([[300.0, -400.0], [0.5, 0.25]], np.float16)  # noqa: N806
    history = weight_history([gates(W)], largest_weights(gates(W)))["gate", "W"]
    assert history.norms.tolist() == pytest.approx([np.linalg.norm(W.astype(np.float64))])


def test_weights_that_are_not_finite_are_in_no_bin() -> None:
    steps = [gates(np.array([[1.0, -2.0], [0.5, 0.1]])), gates(np.array([[np.nan, np.inf], [3.0, 0.1]]))]
    ends = [largest_weights(step)["gate", "W"] for step in steps]
    assert ends == [2.0, 3.0]
    history = weight_history(steps, dict.fromkeys(largest_weights(steps[0]), 3.0))["gate", "W"]
    assert history.counts.sum(axis=1).tolist() == [4, 2]
    assert history.counts.shape == (2, BINS)
    assert history.counts[0].tolist() == np.histogram([1.0, -2.0, 0.5, 0.1], BINS, (-3, 3))[0].tolist()
    assert np.isnan(history.norms[1])


def test_of_nothing_finite_there_is_no_end() -> None:
    assert largest_weights(gates(np.full((2, 2), np.nan)))["gate", "W"] == 0.0


def test_the_spectral_radius() -> None:
    angle = 0.3
    turn = 1.5 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert spectral_radius(turn) == pytest.approx(1.5)
    assert np.isnan(spectral_radius(np.full((2, 2), np.inf)))


@pytest.mark.parametrize("size", [np.finfo(np.float64).max, 5e-324, 0.0])
def test_the_largest_and_the_smallest_numbers_have_a_histogram(size: float) -> None:
    gates = {"gate": GateWeights(np.full((2, 3), size), np.full((3, 3), -size))}
    for history in weight_history([gates], largest_weights(gates)).values():
        assert np.isfinite(history.edges).all()
        assert (np.diff(history.edges) > 0).all()
        assert history.counts.sum() in (6, 9)
