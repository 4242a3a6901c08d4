"""NaN and infinity: where they are, and where they began."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.findings import find
from tb_rnn_plugin.analysis.findings.check import PATIENCE, episode_start
from tb_rnn_plugin.analysis.findings.non_finite import first_place, probe_place
from tb_rnn_plugin.log.schema import Array, LayerTrace, ProbeBatch
from tests.analysis.findings.networks import (
    TIMESTEPS,
    Weights,
    columns,
    findings,
    inputs,
    trace_of,
    with_gradients,
    with_signals,
)


def nan_weight(weights: Weights) -> None:
    weights["kernel"][0, columns("LSTM", "candidate", [2])] = np.nan


def test_a_nan_weight() -> None:
    """The candidate of unit 2 goes first; a timestep later its state has reached all gates."""
    found = findings(trace_of(fault=nan_weight))
    [broken] = found["non_finite"]
    assert set(found) == {"non_finite"}
    assert (broken.signal, broken.units, broken.timesteps, broken.severity) == (
        "candidate",
        (2, 0, 1, 3, 4, 5, 6, 7),
        (),
        1,
    )
    assert broken.message == (
        "Weights are not finite since epoch 0: kernel of 'rnn'; that is the first captured. "
        "Candidate: NaN or infinite in 8 of 8 units, from timestep 0 on. "
        "It began at epoch 0 in layer 'rnn': candidate at timestep 0."
    )


def test_padding_is_not_broken() -> None:
    mask = np.arange(TIMESTEPS) < np.array([[30], [10], [40], [0]])
    assert first_place(trace_of(mask=mask)) is None
    assert findings(trace_of(mask=mask)) == {}


def test_padding_beside_a_broken_value() -> None:
    mask = np.arange(TIMESTEPS) >= np.array([[5], [10], [20], [40]])
    [broken] = findings(trace_of(fault=nan_weight, mask=mask))["non_finite"]
    assert "from timestep 5 on" in broken.message
    assert broken.timesteps == ()


def test_the_episode_is_the_current_one() -> None:
    well, ill = trace_of(), trace_of(fault=nan_weight)
    [found] = findings(well, ill, well, ill, ill, ill)["non_finite"]
    assert found.steps == (30, 40, 50)
    assert "It began at epoch 30 in layer 'rnn'" in found.message
    assert "batch 30" in findings(well, ill, well, ill, ill, ill, unit="batch")["non_finite"][0].message
    assert "non_finite" not in findings(ill, ill, well)


@pytest.mark.slow
def test_the_layer_in_which_it_began_comes_first() -> None:
    """At step 10 the upper layer breaks alone, at step 20 both are broken."""
    layers = [keras.layers.LSTM(4, return_sequences=True, name="lower"), keras.layers.GRU(5, name="upper")]
    model = keras.Sequential([keras.Input((TIMESTEPS, 3)), *layers])
    x = inputs()
    steps = [capture(model, x).traces]
    for layer in reversed(layers):
        kernel, *others = layer.get_weights()
        layer.set_weights([np.full_like(kernel, np.inf), *others])
        steps.append(capture(model, x).traces)
    upper, lower = findings(*steps)["non_finite"]
    assert (upper.layer, lower.layer) == ("upper", "lower")
    assert upper.signal == "inputs"
    assert lower.signal == "input_gate"
    assert upper.steps == lower.steps == (10, 20)
    for found in (upper, lower):
        assert "It began at epoch 10 in layer 'upper': update gate at timestep 0." in found.message


def test_a_nan_in_the_data_is_named() -> None:
    x = inputs()
    x[2, 17, 1] = np.nan
    [found] = findings(trace_of(x=x))["non_finite"]
    assert (found.signal, found.units, found.sample, found.timesteps) == ("inputs", (), 2, (17,))
    assert "Inputs: NaN or infinite in 1 of 3 features, from timestep 17 on." in found.message


def cause(*steps: LayerTrace | Sequence[LayerTrace], batch: ProbeBatch | None = None) -> str:
    """Return what is said of the cause at the last of some epochs, 0, 1, 2, …, by the finding that comes first."""
    run = [[step] if isinstance(step, LayerTrace) else list(step) for step in steps]
    found = find(len(run) - 1, range(len(run)), run.__getitem__, batch=batch)
    message = next(one.message for one in found if one.kind == "non_finite")
    return re.sub(r" [A-Z][a-z ]+: NaN or infinite in .*", "", message)


def batch_of(x: Array, **others: Array) -> ProbeBatch:
    return ProbeBatch(inputs={"input": x, **others}, sample_names=[str(place) for place in range(len(x))])


def ill_inputs(sample: int = 2, timestep: int = 6, feature: int = 1) -> Array:
    x = inputs()
    x[sample, timestep, feature] = np.nan
    return x


PROBE_IS_ILL = (
    "The probe itself is not finite at sample 2, timestep 6, feature 1; this alone makes what follows not finite."
)


def test_the_probe_is_named_as_the_cause() -> None:
    x = ill_inputs()
    assert cause(trace_of(), trace_of(x=x), batch=batch_of(x)) == PROBE_IS_ILL
    other = batch_of(np.zeros((4, 2), np.int64), second=x, third=np.full((4, 3), np.nan))
    assert cause(trace_of(x=x), batch=other).startswith(PROBE_IS_ILL.replace(";", " of 'second';"))
    assert probe_place({"input": np.array([[0.0, 1.0], [0.0, np.inf]])}, [40]) == "sample 1, feature 1"
    assert probe_place({"input": np.array([[0.0, 1.0], [0.0, np.inf]])}, [2]) == "sample 1, timestep 1"
    assert probe_place({"input": inputs()}, [40]) is None


def test_the_probe_is_named_where_the_weights_are_nan_already() -> None:
    x = ill_inputs()
    ill = trace_of(fault=nan_weight, x=x)
    assert cause(trace_of(x=x), trace_of(x=x), ill, ill, batch=batch_of(x)) == (
        f"{PROBE_IS_ILL} Weights are not finite since epoch 2: kernel of 'rnn'; at epoch 1 they were finite, so "
        "training made them so in between."
    )


def test_a_probe_that_explains_one_sample_does_not_explain_others() -> None:
    x = ill_inputs()
    trace = trace_of(x=x)
    state = trace.signals["hidden_state"].copy()
    state[0, 20] = np.inf
    assert cause(with_signals(trace, hidden_state=state), batch=batch_of(x)) == (
        f"{PROBE_IS_ILL} Samples whose inputs are finite are not finite, either."
    )


def test_a_probe_that_the_model_cleans_explains_nothing() -> None:
    """The sample whose inputs are NaN is finite in the layer, another one is not."""
    trace = trace_of()
    state = trace.signals["hidden_state"].copy()
    state[0, 20] = np.inf
    ill = with_signals(trace, hidden_state=state)
    also = "The probe's inputs are also not finite, at sample 2, timestep 6, feature 1, but what the layers in "
    assert cause(ill, batch=batch_of(ill_inputs())) == (
        "The weights in the log are finite at epoch 0, so the forward pass made it in this layer. "
        f"{also}the log read and computed of such samples is finite where not masked."
    )
    assert cause(replace(ill, inputs=ill_inputs()), batch=batch_of(ill_inputs())).startswith(PROBE_IS_ILL)
    assert cause(replace(ill, row_samples=(3, 2, 1, 0)), batch=batch_of(ill_inputs())).startswith(PROBE_IS_ILL)


def test_weights_since_when() -> None:
    well, ill = trace_of(), trace_of(fault=nan_weight)
    assert cause(well, well, ill, ill, batch=batch_of(inputs())) == (
        "Weights are not finite since epoch 2: kernel of 'rnn'; at epoch 1 they were finite, so training made them so "
        "in between."
    )


def test_a_step_that_cannot_be_read_is_not_taken_for_a_healthy_one() -> None:
    well, ill = trace_of(), trace_of(fault=nan_weight)
    assert cause(ill, [], ill) == "Weights are not finite since epoch 0: kernel of 'rnn'; that is the first captured."
    assert "since epoch 3: kernel of 'rnn'; at epoch 1 they were finite, so" in cause(well, well, [], ill, [], ill)
    assert cause([], ill) == (
        "Weights are not finite since epoch 1: kernel of 'rnn'; no earlier epoch has weights that can be read."
    )
    assert "no earlier epoch has weights that can be read" in cause(replace(well, weights={}), ill)
    [found] = findings(ill, [], ill)["non_finite"]
    assert found.steps == (0, 20)
    assert "It began at epoch 0 in layer 'rnn'" in found.message
    [found] = findings([], ill)["non_finite"]
    assert found.message.endswith("in layer 'rnn': candidate at timestep 0; no earlier epoch can be read.")


def test_a_forward_pass_that_overflows_before_any_weight_is_nan() -> None:
    """At epoch 0 the state alone is infinite, at epoch 1 the weights are not finite, either."""

    def overflows(weights: Weights) -> None:
        weights["recurrent_kernel"] = 1e30 * np.abs(weights["recurrent_kernel"])

    with np.errstate(over="ignore"):
        first, ill = trace_of("SimpleRNN", overflows, activation="relu"), trace_of("SimpleRNN", nan_kernel)
        made = "The weights in the log are finite at epoch 0, so the forward pass made it in this layer."
        assert cause(first, batch=batch_of(inputs())) == made
        assert cause(first, ill, batch=batch_of(inputs())) == (
            f"{made} Weights are not finite since epoch 1: kernel of 'rnn'; at epoch 0 they were finite, so training "
            "made them so in between."
        )
        unknown = replace(first, weights={})
        assert cause(unknown, batch=batch_of(inputs())) == (
            "The forward pass made it, or weights, which are not in the log."
        )


def nan_kernel(weights: Weights) -> None:
    weights["kernel"][0, 0] = np.nan


def test_what_comes_from_in_front_is_not_made_by_a_layer() -> None:
    """The probe is finite, and what the layer reads is not."""
    in_front = "Something in front of this layer made it, a layer that is not in the log or its weights."
    assert cause(trace_of(x=ill_inputs()), batch=batch_of(inputs())) == in_front
    with_weights = trace_of("SimpleRNN", nan_kernel, ill_inputs(timestep=0))
    assert cause(with_weights, batch=batch_of(inputs())).startswith(in_front)


def test_the_probes_targets_are_named_where_only_the_gradient_is_ill() -> None:
    trace = trace_of()
    ill = with_gradients(trace, hidden_state=np.full_like(trace.signals["hidden_state"], np.nan))
    targets = {"output": np.array([[0.0], [1.0], [np.nan], [0.0]])}
    batch = replace(batch_of(inputs()), targets=targets)
    assert cause(ill, batch=batch) == (
        "The probe's targets are not finite at sample 2, feature 0; this alone makes the loss not finite."
    )
    # An input that no layer of the log reads, in a branch that is not recurrent.
    beside = replace(batch_of(inputs(), other=np.array([[0.0], [np.inf], [0.0], [0.0]])), targets=targets)
    assert cause(ill, batch=beside) == (
        "The probe's targets are not finite at sample 2, feature 0; this alone makes the loss not finite. "
        "The probe's inputs are also not finite, at sample 1, feature 0 of 'other'."
    )


def test_inputs_that_the_model_cleans_are_not_blamed_for_the_loss() -> None:
    trace = trace_of()
    ill = with_gradients(trace, hidden_state=np.full_like(trace.signals["hidden_state"], np.nan))
    assert cause(ill, batch=batch_of(ill_inputs())) == (
        "What the layers in the log computed is finite, so the loss, its derivative or a layer behind them made it: "
        "log(0), sqrt(0) or a division by 0. "
        "The probe's inputs are also not finite, at sample 2, timestep 6, feature 1."
    )


def test_a_layer_without_inputs_and_weights_in_the_log() -> None:
    """A Dense layer whose kernel is NaN: the log has only its output."""
    output = np.full((4, TIMESTEPS, 2), np.nan)
    dense = LayerTrace("dense", "Dense", {"output": output}, {}, None, {}, reads=("rnn",))
    assert cause([trace_of(), dense], batch=batch_of(inputs())) == (
        "Something in front of this layer, its weights (not in the log) or its forward pass made it."
    )


def test_initial_states_that_are_not_finite() -> None:
    trace = trace_of()
    assert set(trace.initial_states) == {"hidden_state", "cell_state"}
    states = {name: values.copy() for name, values in trace.initial_states.items()}
    signals = {name: values.copy() for name, values in trace.signals.items()}
    states["cell_state"][1, 3] = np.nan
    for name in ("cell_state", "hidden_state"):
        signals[name][1, :, 3] = np.nan
    ill = replace(with_signals(trace, **signals), initial_states=states)
    assert cause(ill, batch=batch_of(inputs())) == (
        "Initial states of this layer are not finite at epoch 0: cell state; an earlier batch, another layer or the "
        "given values made them so."
    )


def test_gradients_are_not_finite_first_in_the_last_layer() -> None:
    lower, upper = trace_of(), replace(trace_of(), key="upper")
    gradient = np.full_like(lower.signals["hidden_state"], np.nan)
    layers = [with_gradients(layer, hidden_state=gradient) for layer in (lower, upper)]
    first = findings(layers)["non_finite"][0]
    assert first.layer == "upper"
    assert "It began at epoch 0 in layer 'upper': gradient by the hidden state at timestep 39." in first.message


def test_first_is_what_was_computed_first() -> None:
    trace = trace_of("GRU", go_backwards=True)
    signals = {name: values.copy() for name, values in trace.signals.items()}
    signals["hidden_state"][0, 8, 3] = signals["candidate"][0, 4, 1] = np.nan
    place = first_place(with_signals(trace, **signals))
    assert place is not None
    assert (place.signal, place.timestep, place.units) == ("hidden_state", 8, (3,))
    place = first_place(replace(with_signals(trace, **signals), config={}))
    assert place is not None
    assert (place.signal, place.timestep, place.units) == ("candidate", 4, (1,))


def test_gradients_break_from_the_end() -> None:
    trace = trace_of()
    gradient = np.ones_like(trace.signals["hidden_state"])
    gradient[1, :30, 6] = gradient[1, :5, 2] = np.inf
    [found] = findings(with_gradients(trace, hidden_state=gradient))["non_finite"]
    assert (found.signal, found.units, found.timesteps) == ("gradient:hidden_state", (6, 2), tuple(range(30)))
    assert found.sample == 1
    assert found.message == (
        "What the layers in the log computed is finite, so the loss, its derivative or a layer behind them made it: "
        "log(0), sqrt(0) or a division by 0. "
        "Gradient by the hidden state: NaN or infinite in 2 of 8 units, from timestep 29 on. "
        "It began at epoch 0 in layer 'rnn': gradient by the hidden state at timestep 29."
    )


@pytest.mark.parametrize("onset", [0, 1, 7, 40, 98, 99])
def test_long_episodes_are_searched_by_halves(onset: int) -> None:
    steps, read = [3 * i for i in range(100)], list[int]()

    def broken(at: int) -> bool:
        read.append(at)
        return at >= 3 * onset

    start, held, _ = episode_start(297, steps, broken)
    assert start == 3 * onset == held[0]
    assert held[-1] == 297
    assert held == tuple(sorted({297, *(at for at in read if at >= 3 * onset)}))
    assert len(read) == len(set(read)) <= PATIENCE + 7


def test_unknown_steps_are_passed_over_by_the_search() -> None:
    """Every third step is known, step 31 is the first of these that is broken."""
    read = list[int]()

    def broken(at: int) -> bool | None:
        read.append(at)
        return at >= 30 if at % 3 == 1 else None

    start, held, before = episode_start(99, range(100), broken)
    assert (start, before) == (31, 28)
    assert held == tuple(sorted({99, *(at for at in read if at >= 30 and at % 3 == 1)}))
    assert len(read) == len(set(read))
    assert episode_start(99, range(100), lambda at: None) == (99, (99,), None)
