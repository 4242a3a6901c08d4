"""Units that do not see the input: autonomous ones in a network of others that do."""

from __future__ import annotations

import numpy as np
import pytest

from tb_rnn_plugin.analysis.findings.input_blind import blind_units
from tests.analysis.findings.networks import SAMPLES, TIMESTEPS, Weights, findings, inputs, synthetic, trace_of


def clock(weights: Weights) -> None:
    """Units 2 and 3 turn round each other and read neither input nor other units."""
    angle = 0.7
    for unit in (2, 3):
        weights["kernel"][:, unit] = weights["recurrent_kernel"][:, unit] = 0.0
    weights["recurrent_kernel"][2:4, 2:4] = 1.3 * np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    weights["bias"][2] = 0.1


def test_an_autonomous_unit_is_blind_and_the_others_are_not() -> None:
    found = findings(trace_of("SimpleRNN", clock))
    [blind] = found["input_blind_units"]
    assert sorted(blind.units) == [2, 3]
    assert f"in all {SAMPLES} samples" in blind.message
    assert blind.severity == pytest.approx(0.5 * (0.2 + 0.8 * 2 / 8))
    assert set(found) == {"input_blind_units"}


def test_equal_inputs_and_one_sample_tell_nothing() -> None:
    same = np.repeat(inputs(samples=1), SAMPLES, axis=0)
    assert findings(trace_of("SimpleRNN", clock, same)) == {}
    assert findings(trace_of("SimpleRNN", clock, same[:1])) == {}


@pytest.mark.parametrize("go_backwards", [False, True])
def test_a_unit_is_not_blind_to_what_has_not_come_yet(go_backwards: bool) -> None:
    """The inputs differ only at what is read last: before that all units must be the same in all samples."""
    x = np.repeat(inputs(samples=1), SAMPLES, axis=0)
    last = 0 if go_backwards else -1
    x[:, last] = inputs()[:, last]
    assert findings(trace_of("SimpleRNN", x=x, go_backwards=go_backwards)) == {}
    x[:, 10:30] = inputs()[:, 10:30]
    assert findings(trace_of("SimpleRNN", x=x, go_backwards=go_backwards)) == {}
    found = findings(trace_of("SimpleRNN", clock, x, go_backwards=go_backwards))
    assert sorted(found["input_blind_units"][0].units) == [2, 3]


@pytest.mark.parametrize("go_backwards", [False, True])
def test_inputs_that_differ_only_in_the_end_tell_too_little(go_backwards: bool) -> None:
    """Of five timesteps that differ, read last, a unit with a memory may show nothing yet; read first, it would."""
    values = np.repeat(np.sin(np.arange(40.0))[None, :, None], 2, axis=0)
    for differing, blind in ((slice(35, 40), go_backwards), (slice(0, 5), not go_backwards)):
        read = np.zeros((2, 40, 1))
        read[1, differing] = 1.0
        trace = synthetic(values, inputs=read, config={"go_backwards": go_backwards})
        assert ("input_blind_units" in findings(trace)) == blind


def test_only_timesteps_that_all_samples_have_count() -> None:
    """A Keras layer repeats its state at masked timesteps, so a clock of a shorter sample reads differently there."""
    mask = np.arange(TIMESTEPS) < np.array([[TIMESTEPS], [25], [30], [0]])
    found = findings(trace_of("SimpleRNN", clock, mask=mask))
    assert sorted(found["input_blind_units"][0].units) == [2, 3]
    assert set(found) == {"input_blind_units"}
    short = np.arange(TIMESTEPS) < np.array([[TIMESTEPS], [5], [30], [0]])
    assert findings(trace_of("SimpleRNN", clock, mask=short)) == {}


@pytest.mark.parametrize(("noise", "expected"), [(0.009, True), (0.011, False)])
def test_one_hundredth_of_the_movement(noise: float, expected: bool) -> None:
    """Two samples that are apart by `2 * noise` of a wave whose standard deviation is 1."""
    wave = np.sqrt(2) * np.sin(np.arange(100) * 2 * np.pi / 20)
    values = np.stack([wave + noise, wave - noise])[..., None]
    apart = np.random.default_rng(0).normal(size=(2, 100, 1))
    assert blind_units(values, apart).tolist() == [expected]


def test_a_unit_that_only_looks_the_same_at_one_time_is_not_blind() -> None:
    random = np.random.default_rng(0)
    values = np.repeat(random.uniform(-1, 1, (1, 40, 2)), 3, axis=0)
    values[:, 35:, 1] = random.uniform(-1, 1, (3, 5))
    assert [f.units for f in findings(synthetic(values))["input_blind_units"]] == [(0,)]


def test_dead_and_constant_units_are_not_blind() -> None:
    wave = np.sin(np.arange(40.0))[None, :, None]
    values = np.concatenate([0.001 * wave, 0.5 + 0.001 * wave, 0.5 * wave], axis=2)
    found = findings(synthetic(np.repeat(values, 3, axis=0)))
    assert [f.units for f in found["input_blind_units"]] == [(2,)]
