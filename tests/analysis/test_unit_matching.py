"""Units matched by their traces, against matchings that are known, and against every possible one."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.unit_matching import MAX_UNITS, match_units
from tb_rnn_plugin.log.schema import LayerTrace

SAMPLES, TIMESTEPS = 4, 30
RANDOM = np.random.default_rng(0)


def trace(values: NDArray[Any], signal: str = "hidden_state", **more: Any) -> LayerTrace:
    bounds = {"hidden_state": (-1.0, 1.0), "forget_gate": (0.0, 1.0)}.get(signal)
    return LayerTrace("lstm", "LSTM", {signal: values}, {signal: bounds}, None, {}, **more)


def noise(units: int, samples: int = SAMPLES) -> NDArray[Any]:
    return RANDOM.normal(size=(samples, TIMESTEPS, units))


def pairs(found: Any) -> dict[int, int]:
    return {pair.a: pair.b for pair in found.pairs}


def test_shuffled_units_are_found_again() -> None:
    values, order = noise(12), RANDOM.permutation(12)
    found = match_units(trace(values), trace(values[..., order] * 3 + 1), "hidden_state")
    assert pairs(found) == {unit: row for row, unit in enumerate(order.tolist())}
    assert [pair.r for pair in found.pairs] == pytest.approx([1.0] * 12)
    assert found.chance < 0.35
    assert (found.places, found.units) == (SAMPLES * TIMESTEPS, (12, 12))


def test_the_correlations_are_numpys_own() -> None:
    one, other = noise(3), noise(5)
    found = match_units(trace(one), trace(other), "hidden_state")
    r = np.corrcoef(one.reshape(-1, 3).T, other.reshape(-1, 5).T)[:3, 3:]
    for pair in found.pairs:
        assert pair.r == pytest.approx(r[pair.a, pair.b])
    best = max(permutations(range(5), 3), key=lambda chosen: sum(abs(r[i, j]) for i, j in enumerate(chosen)))
    assert pairs(found) == dict(enumerate(best))
    strengths = [abs(pair.r) for pair in found.pairs]
    assert strengths == sorted(strengths, reverse=True)
    assert found.units == (3, 5)


def test_the_sign_counts_for_gates_alone() -> None:
    """A state's sign is arbitrary: a network with all signs of a unit turned computes the same."""
    values = noise(2)
    turned = np.stack([-values[..., 0], values[..., 1] * 0.5 + noise(1)[..., 0]], axis=-1)
    state = match_units(trace(values), trace(turned), "hidden_state")
    assert pairs(state) == {0: 0, 1: 1}
    assert state.pairs[0].r == pytest.approx(-1.0)
    assert not state.signed
    gate = match_units(trace(values, "forget_gate"), trace(turned, "forget_gate"), "forget_gate")
    assert gate.signed
    assert pairs(gate) == {0: 1, 1: 0}


def test_padding_and_broken_units_do_not_count() -> None:
    values = noise(4)
    mask = np.ones((SAMPLES, TIMESTEPS), bool)
    mask[1, 20:] = False
    padded = np.where(mask[..., None], values, np.nan)
    broken = values.copy()
    broken[2, 3, 1] = np.nan
    broken[..., 2] = 0.5
    found = match_units(trace(padded, mask=mask), trace(broken), "hidden_state")
    assert found.places == mask.sum()
    r = {pair.a: pair.r for pair in found.pairs}
    assert [r[0], r[3]] == pytest.approx([1.0, 1.0])
    assert sorted((r[1], r[2])) == [0.0, 0.0]


def test_chance_is_another_sample_of_the_same_units() -> None:
    """Units that only count timesteps match as well in any sample; one sample has nothing to compare with."""
    clock = np.broadcast_to(np.sin(np.arange(TIMESTEPS)[:, None] * [1, 2]), (SAMPLES, TIMESTEPS, 2))
    found = match_units(trace(clock), trace(clock), "hidden_state")
    assert found.chance == pytest.approx(1.0)
    assert np.isnan(match_units(trace(noise(2, 1)), trace(noise(2, 1)), "hidden_state").chance)
    values = np.repeat(noise(2, 2), 2, axis=0)
    halves = trace(values, row_samples=(0, 0, 1, 1))
    parts = match_units(halves, halves, "hidden_state")
    assert parts.chance < 0.5, "another part of the same sample is no other sample"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (trace(noise(2)), trace(noise(2)[:, :9]), "4 rows of 30 timesteps of 'lstm' and 4 rows of 9"),
        (trace(noise(2)), trace(noise(2, 3)), "4 rows of 30 timesteps of 'lstm' and 3 rows of 30"),
        (trace(noise(2)), trace(noise(2), row_samples=(3, 2, 1, 0)), "the same timesteps of the same samples"),
        (
            trace(noise(2)),
            trace(noise(2), "cell_state"),
            "Signals of layer 'lstm' are 'cell_state', got",
        ),
        (trace(noise(2)), trace(np.zeros((SAMPLES, TIMESTEPS, MAX_UNITS + 1))), f"At most {MAX_UNITS} units"),
        (trace(noise(2)), trace(noise(2), mask=np.zeros((SAMPLES, TIMESTEPS), bool)), "at least 2 timesteps"),
    ],
)
def test_what_cannot_be_matched_is_said(first: LayerTrace, second: LayerTrace, words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        match_units(first, second, "hidden_state")


def test_without_scipy_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(AnalysisError, match=r"SciPy, which is not installed: `pip install tb-rnn-plugin\[matching\]`"):
        match_units(trace(noise(2)), trace(noise(2)), "hidden_state")


def test_the_analysis_does_not_change_its_input() -> None:
    values = noise(3)
    before = values.copy()
    match_units(trace(values), replace(trace(values)), "hidden_state")
    np.testing.assert_array_equal(values, before)
