"""Units that do the same as others, by correlations that a loop computes."""

from __future__ import annotations

import numpy as np
import pytest

from tb_rnn_plugin.analysis.findings import duplicates
from tb_rnn_plugin.analysis.findings.duplicates import MAX_UNITS, duplicate_groups
from tb_rnn_plugin.log.schema import Array
from tests.analysis.findings.networks import UNITS, Weights, findings, synthetic, trace_of


def copy(sign: float) -> object:
    """Make unit 6 of an LSTM do what unit 1 does, or the opposite: gates alike, candidate and rows by the sign."""

    def fault(weights: Weights) -> None:
        for gate in range(4):
            source, target = gate * UNITS + 1, gate * UNITS + 6
            turned = sign if gate == 2 else 1.0
            for array in weights.values():
                array[..., target] = turned * array[..., source]

    return fault


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_copied_columns(sign: float) -> None:
    found = findings(trace_of(fault=copy(sign)))  # type: ignore[arg-type]
    [same] = found["duplicate_units"]
    assert (same.units, same.signal, same.timesteps) == ((1, 6), "hidden_state", ())
    assert same.message == "Hidden state: 2 of 8 units are the same as another or its opposite: 1 = 6."
    assert same.severity == pytest.approx(0.5 * (0.2 + 0.8 / 8))
    assert set(found) == {"duplicate_units"}


def test_dead_and_constant_units_are_not_duplicates() -> None:
    values = np.random.default_rng(0).uniform(-1, 1, (2, 20, 6))
    values[..., 0] = values[..., 1] = 0.001 * values[..., 5]
    values[..., 2] = values[..., 3] = 0.5 + 0.001 * values[..., 5]
    assert set(findings(synthetic(values))) == {"dead_units", "constant_units"}


def by_loop(values: Array) -> list[list[int]]:
    left, groups = list(range(values.shape[1])), []
    while left:
        group = [left.pop(0)]
        for member in group:
            linked = [u for u in left if abs(np.corrcoef(values[:, member], values[:, u])[0, 1]) > 0.999]
            group += linked
            left = [u for u in left if u not in linked]
        groups.append(sorted(group))
    return sorted((g for g in groups if len(g) > 1), key=lambda g: (-len(g), g[0]))


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_of_a_loop(seed: int) -> None:
    """Noise about the threshold, so that some pairs are in and some are not, and chains form."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 12, 30)
    clean = random.normal(size=(200, 12))[:, kinds] * random.choice([-3.0, 0.1, 40.0], 30) + random.normal(size=30)
    values = clean + clean.std(axis=0) * random.uniform(0, 0.06, 30) * random.normal(size=clean.shape)
    expected = by_loop(values)
    assert len(expected) > 2
    assert duplicate_groups(values) == expected


def test_a_chain_is_one_group() -> None:
    random = np.random.default_rng(0)
    values = np.cumsum(random.normal(size=(4000, 5)) * [1.0, 0.04, 0.04, 0.04, 0.04], axis=1)
    matrix = np.abs(np.corrcoef(values.T))
    assert matrix[0, 4] < 0.999 < min(matrix[i, i + 1] for i in range(4))
    assert duplicate_groups(values) == [[0, 1, 2, 3, 4]]


def test_many_units_are_sampled() -> None:
    values = np.tile(np.random.default_rng(0).normal(size=(20, 1)), 40_000)
    [group] = duplicate_groups(values)
    assert len(group) == MAX_UNITS
    assert (group[0], group[-1]) == (0, 39_999)


def test_many_values_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MAX_VALUES", 50)
    values = np.random.default_rng(0).normal(size=(1000, 3))
    values[:, 2] = -values[:, 0]
    assert duplicate_groups(values) == [[0, 2]]


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_the_smallest_and_largest_numbers(scale: float) -> None:
    values = np.random.default_rng(0).normal(size=(30, 3))
    values[:, 1] = 2 * values[:, 2]
    assert duplicate_groups(scale * values) == [[1, 2]]


def test_a_message_names_a_few_groups() -> None:
    values = np.random.default_rng(0).uniform(-1, 1, (4, 50, 7))
    [found] = findings(synthetic(np.concatenate([values, -values, values[..., :1]] + [values[..., :1]] * 4, axis=2)))[
        "duplicate_units"
    ]
    assert found.message.endswith(": 0 = 7 = 14 = 15 = …, 1 = 8, 2 = 9, 3 = 10 and 3 more groups.")
