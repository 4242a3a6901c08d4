"""Padding in which the last states drown, and masks without effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.analysis.findings import HIGH
from tb_rnn_plugin.analysis.findings.padding import MIN_PADDING, find_padding
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tests.analysis.findings.networks import (
    SAMPLES,
    TIMESTEPS,
    UNITS,
    Weights,
    findings,
    inputs,
    synthetic,
    trace_of,
    with_signals,
)

START = 12


def padded(start: int = START, samples: int = SAMPLES, value: float = 0.0) -> Array:
    x = inputs(samples=samples)
    x[:, start:] = value
    return x


def forgets(weights: Weights) -> None:
    weights["recurrent_kernel"] *= 0.3


def last_only(trace: LayerTrace) -> LayerTrace:
    """Return a layer as it would be if the layers above read its last state only."""
    return replace(trace, config={**trace.config, "return_sequences": False})


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "SimpleRNN"])
def test_a_network_that_forgets_over_the_padding(cell: str) -> None:
    trace = last_only(trace_of(cell, forgets, padded()))
    [found] = findings(trace)["drowned_by_padding"]
    states = trace.signals["hidden_state"].astype(np.float64)
    spread = states.std(axis=0)
    assert (found.layer, found.signal, found.timesteps) == ("rnn", "hidden_state", tuple(range(START, TIMESTEPS)))
    assert found.message == (
        f"Hidden state: from timestep {START} on the input of rnn is the same in 4 of 4 samples and not masked; their "
        f"last states differ by {np.sqrt(np.square(spread[-1]).mean()):.1e} between samples, by "
        f"{np.sqrt(np.square(spread[START - 1]).mean()):.1e} where the padding begins."
    )
    assert found.severity == pytest.approx(0.9)


def test_a_network_that_remembers_through_it() -> None:
    """The forget gate of every unit is open, the input gate shut without an input."""

    def remembers(weights: Weights) -> None:
        weights["bias"][UNITS : 2 * UNITS] = 10.0
        weights["bias"][:UNITS] = -4.0
        weights["kernel"][:, :UNITS] *= 8
        weights["recurrent_kernel"][:] = 0.0

    assert "drowned_by_padding" not in findings(last_only(trace_of("LSTM", remembers, padded())))


def test_padding_in_front_a_mask_and_a_constant_of_each_sample() -> None:
    front = inputs()
    front[:, :28] = 0.0
    own = inputs()
    own[:, START:] = own[:, START : START + 1]
    mask = np.tile(np.arange(TIMESTEPS) < START, (SAMPLES, 1))
    for trace in (trace_of(x=front), trace_of(x=own), trace_of(x=padded(), mask=mask)):
        assert "drowned_by_padding" not in findings(last_only(trace))


def test_a_layer_that_goes_backwards_reads_the_padding_first() -> None:
    assert "drowned_by_padding" not in findings(last_only(trace_of("SimpleRNN", forgets, padded(), go_backwards=True)))
    front = inputs()
    front[:, :28] = 0.0
    [found] = findings(last_only(trace_of("SimpleRNN", forgets, front, go_backwards=True)))["drowned_by_padding"]
    assert found.timesteps == tuple(range(28))
    assert "Hidden state: up to timestep 27 the input of rnn is the same in 4 of 4 samples" in found.message
    assert "padding='pre'" not in found.advice


def test_a_model_that_reads_both_ways_has_no_side_to_pad() -> None:
    assert "padding='pre'" in findings(fading())["drowned_by_padding"][0].advice
    backward = fading(key="backward", inputs=inputs(), config={"go_backwards": True})
    [found] = findings([fading(), backward])["drowned_by_padding"]
    assert (found.layer, "padding='pre'" in found.advice) == ("rnn", False)


def test_samples_of_different_lengths_that_are_read_backwards() -> None:
    read = inputs()
    for sample, start in enumerate((5, 12, 12, 40)):
        read[sample, start:] = 0.0
    states = fading().signals["hidden_state"][:, ::-1]
    config = {"return_sequences": False, "go_backwards": True}
    [found] = findings(synthetic(states, inputs=read[:, ::-1], config=config))["drowned_by_padding"]
    assert "up to timesteps 27 to 34 the input of rnn is the same in 3 of 4 samples" in found.message


def fading(samples: int = SAMPLES, **fields: Any) -> LayerTrace:
    """Return a layer whose states halve at each timestep of the padding."""
    values = np.random.default_rng(0).uniform(-1, 1, (samples, TIMESTEPS, UNITS))
    values[:, START:] = values[:, START - 1, None] * 0.5 ** np.arange(1, TIMESTEPS - START + 1)[:, None]
    last_only = {"return_sequences": False}
    return synthetic(values, **{"inputs": padded(samples=samples), "config": last_only, **fields})


def test_samples_of_different_lengths() -> None:
    read = inputs()
    for sample, start in enumerate((5, 12, 12, 40)):
        read[sample, start:] = 0.0
    [found] = findings(fading(inputs=read))["drowned_by_padding"]
    assert "from timesteps 5 to 12 on the input of rnn is the same in 3 of 4 samples" in found.message
    assert found.severity == pytest.approx(0.9 * (0.2 + 0.8 * 3 / 4))


def test_each_sample_must_end_with_the_same() -> None:
    """Two end with zeros; the others stay at a value of their own, as a sensor does."""
    read = padded()
    read[2, START:], read[3, START:] = 5.0, 7.0
    [found] = findings(fading(inputs=read))["drowned_by_padding"]
    assert "is the same in 2 of 4 samples" in found.message


def test_states_that_hardly_differ_cannot_drown() -> None:
    trace = fading()
    alike = 0.5 + 1e-5 * trace.signals["hidden_state"]
    assert "drowned_by_padding" not in findings(with_signals(trace, hidden_state=alike))


def test_states_that_are_read_at_all_timesteps_do_not_drown() -> None:
    assert "drowned_by_padding" in findings(fading(config={"return_sequences": False}))
    [found] = findings(fading(config={}))["drowned_by_padding"]  # An older log does not say.
    assert found.severity < HIGH
    assert "drowned_by_padding" not in findings(fading(config={"return_sequences": True}))


def test_in_a_stack_the_last_layer_has_the_states_that_count() -> None:
    lower = fading(config={"return_sequences": True}, reads=())
    upper = fading(key="upper", inputs=lower.signals["hidden_state"], config={}, reads=("rnn",))
    [found] = findings([lower, upper])["drowned_by_padding"]
    assert found.layer == "upper"
    assert "on the input of rnn is the same" in found.message


def test_one_sample_and_three_timesteps_tell_nothing() -> None:
    assert find_padding(padded(samples=1)) is None
    assert find_padding(padded(TIMESTEPS - MIN_PADDING + 1)) is None
    assert find_padding(padded(TIMESTEPS - MIN_PADDING)) is not None
    assert find_padding(padded(0)) is None


MASK = np.tile(np.arange(TIMESTEPS) < START, (SAMPLES, 1))
ALL = np.ones((SAMPLES, TIMESTEPS), np.bool_)


def masked(mask: Array, seed: int = 0, read: Array | None = None) -> LayerTrace:
    values = np.random.default_rng(seed).uniform(-1, 1, (SAMPLES, TIMESTEPS, UNITS))
    return synthetic(np.where(mask[..., None], values, np.nan), mask=mask, inputs=inputs() if read is None else read)


def test_a_mask_that_has_ceased_to_mask() -> None:
    steps = [masked(MASK if step < 2 else ALL, step) for step in range(6)]
    [found] = findings(*steps)["mask_without_effect"]
    assert found.message == "The mask masks nothing since epoch 20: at epoch 0 it masked 112 of 160 timesteps."
    assert found.steps == (20, 30, 40, 50)
    assert "mask_without_effect" not in findings(*steps[:2])


def test_a_step_that_cannot_be_read_says_nothing_of_the_mask() -> None:
    [found] = findings(masked(MASK), [], masked(ALL, 2), [], masked(ALL, 4))["mask_without_effect"]
    assert found.message.startswith("The mask masks nothing since epoch 20: at epoch 0 it masked")
    assert found.steps == (20, 40)


def test_a_mask_that_never_masked_what_looks_like_padding() -> None:
    [found] = findings(masked(ALL, read=padded(value=-1.0)))["mask_without_effect"]
    assert found.message == (
        "The mask masks nothing, though the inputs of 4 of 4 samples end with the same 28 or more timesteps, as "
        "padding does."
    )
    assert found.severity >= HIGH
    [found] = findings(replace(masked(ALL, read=padded()[:, ::-1]), config={"go_backwards": True}))[
        "mask_without_effect"
    ]
    assert "the inputs of 4 of 4 samples begin with the same 28 or more timesteps" in found.message
    few = np.concatenate([padded(samples=1), inputs(samples=SAMPLES - 2), padded(samples=1)])
    assert findings(masked(ALL, read=few))["mask_without_effect"][0].severity < HIGH


def test_a_mask_without_padding_is_no_fault() -> None:
    assert findings(masked(ALL)) == {}
    assert findings(masked(ALL), masked(ALL, 1), masked(ALL, 2)) == {}
