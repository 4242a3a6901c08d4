"""`record` adds a signal to the cell that calls it, and does nothing outside a capture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin import record
from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import (
    ATOL,
    FEATURES,
    MASK,
    SAMPLES,
    TIMESTEPS,
    UNITS,
    own_output,
    randomized,
    sequences,
    sequential,
)
from tests.probe.unchanged import looked_at
from tests.reference.activations import sigmoid, tanh

L, ops = keras.layers, keras.ops
NAMES = ["state_0", "state_1", "input_gate", "forget_gate", "candidate", "output_gate"]


class Peephole(L.LSTMCell):  # type: ignore[name-defined,misc]
    """The LSTM whose gates see the cell state: Gers & Schmidhuber, "Recurrent Nets that Time and Count" (2000)."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.peepholes = self.add_weight(shape=(3, self.units), name="peepholes")

    def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
        h, c = states
        z = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
        z_i, z_f, z_g, z_o = ops.split(z, 4, axis=-1)
        p_i, p_f, p_o = ops.unstack(ops.convert_to_tensor(self.peepholes))
        i = record("input_gate", ops.sigmoid(z_i + p_i * c))
        f = record("forget_gate", ops.sigmoid(z_f + p_f * c))
        g = record("candidate", ops.tanh(z_g))
        c = f * c + i * g
        o = record("output_gate", ops.sigmoid(z_o + p_o * c))
        h = o * ops.tanh(c)
        return h, [h, c]


def by_paper(cell: Any, x: Any, mask: Any = None, backwards: bool = False) -> dict[str, NDArray[np.float64]]:
    """Return what the equations of the paper (2.1 to 2.6, with Keras' layout of the matrices) give, in float64."""
    w, u, b, (p_i, p_f, p_o) = (np.asarray(v.numpy(), np.float64) for v in (
        cell.kernel, cell.recurrent_kernel, cell.bias, cell.peepholes))  # fmt: skip
    signals = {name: np.full((len(x), TIMESTEPS, cell.units), np.nan) for name in NAMES}
    for sample in range(len(x)):
        h = c = np.zeros(cell.units)
        for time in range(TIMESTEPS)[:: -1 if backwards else 1]:
            if mask is not None and not mask[sample, time]:
                continue
            z_i, z_f, z_g, z_o = np.split(x[sample, time].astype(np.float64) @ w + h @ u + b, 4)
            i, f, g = sigmoid(z_i + p_i * c), sigmoid(z_f + p_f * c), tanh(z_g)
            c = f * c + i * g
            o = sigmoid(z_o + p_o * c)
            h = o * tanh(c)
            for name, values in zip(NAMES, (h, c, i, f, g, o), strict=True):
                signals[name][sample, time] = values
    return signals


def agree(captured: Any, wanted: dict[str, NDArray[np.float64]], atol: float = ATOL) -> None:
    assert list(captured) == list(wanted)
    for name, values in wanted.items():
        np.testing.assert_allclose(captured[name], values, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("options", [{}, {"go_backwards": True}, {"unroll": True, "return_sequences": True}], ids=str)
def test_a_peephole_lstm(options: dict[str, Any]) -> None:
    cell, x = Peephole(UNITS), sequences()
    layer = L.RNN(cell, name="rnn", **options)
    model = sequential(layer)
    acts = looked_at(model, x)
    agree(acts["rnn"], by_paper(cell, x, backwards=layer.go_backwards))
    np.testing.assert_allclose(acts.predictions["output"], own_output(model, x), atol=ATOL)


def test_its_kind_is_its_class_and_its_signals_have_no_range() -> None:
    (trace,) = Probe(sequential(L.RNN(Peephole(UNITS), name="rnn")), sequences(), jit_compile=False)().traces
    assert trace.cell == "Peephole"
    assert dict(trace.ranges) == dict.fromkeys(NAMES)
    assert list(trace.initial_states) == ["state_0", "state_1"]


@pytest.mark.slow
def test_xla_records_as_well() -> None:
    cell, x = Peephole(UNITS), sequences()
    (trace,) = Probe(sequential(L.RNN(cell, name="rnn")), x, jit_compile=True)().traces
    agree(trace.signals, by_paper(cell, x))


@pytest.mark.parametrize("backwards", [False, True])
def test_masked_timesteps_are_nan(backwards: bool) -> None:
    cell = Peephole(UNITS)
    model = sequential(L.Masking(), L.RNN(cell, go_backwards=backwards, name="rnn"))
    x = np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))
    agree(looked_at(model, x)["rnn"], by_paper(cell, x, MASK, backwards))


def test_in_a_stack() -> None:
    cell, above, x = Peephole(UNITS, name="low"), Peephole(3, name="high"), sequences()
    acts = looked_at(sequential(L.RNN([cell, above], name="rnn")), x)
    assert list(acts) == ["rnn/low", "rnn/high"]
    below = by_paper(cell, x)
    agree(acts["rnn/low"], below)
    agree(acts["rnn/high"], by_paper(above, below["state_0"]))


def test_in_both_directions() -> None:
    """Bidirectional makes its layers from their configurations, and so needs to know the class."""
    with keras.saving.CustomObjectScope({"Peephole": Peephole}):
        layer = L.Bidirectional(L.RNN(Peephole(UNITS), name="rnn"), name="both")
    x = sequences()
    acts = looked_at(sequential(layer), x)
    agree(acts["both/forward_rnn"], by_paper(layer.forward_layer.cell, x))
    agree(acts["both/backward_rnn"], by_paper(layer.backward_layer.cell, x, backwards=True))


class Loop(L.Layer):  # type: ignore[name-defined,misc]
    """Calls a cell by hand."""

    def __init__(self, cell: Any, **options: Any) -> None:
        super().__init__(**options)
        self.cell = cell

    def build(self, input_shape: Any) -> None:
        self.cell.build((input_shape[0], input_shape[2]))

    def call(self, inputs: Any) -> Any:
        states = self.cell.get_initial_state(ops.shape(inputs)[0])
        for time in range(inputs.shape[1]):
            output, states = self.cell(inputs[:, time], states)
        return output


def test_in_a_loop_by_hand() -> None:
    cell, x = Peephole(UNITS, name="cell"), sequences()
    acts = looked_at(sequential(Loop(cell, name="loop")), x)
    assert list(acts) == ["loop/cell"]
    agree(acts["loop/cell"], by_paper(cell, x))


def test_in_every_window_of_a_time_distributed_layer() -> None:
    cell, x = Peephole(UNITS), np.stack([sequences(), sequences(seed=1)], axis=1)
    model = randomized(
        keras.Sequential([keras.Input(x.shape[1:]), L.TimeDistributed(L.RNN(cell, name="rnn"), name="td")])
    )
    first, second = by_paper(cell, x[:, 0]), by_paper(cell, x[:, 1])
    agree(looked_at(model, x)["td/rnn"], {name: np.concatenate([first[name], second[name]], 1) for name in NAMES})


@pytest.mark.parametrize(("dtype", "atol"), [("float64", 1e-13), ("mixed_float16", 5e-3)])
@pytest.mark.slow
def test_precision(dtype: str, atol: float) -> None:
    wide = dtype == "float64"
    cell, x = Peephole(UNITS, dtype=dtype), sequences(dtype="float64" if wide else "float32")
    captured = looked_at(sequential(L.RNN(cell, dtype=dtype, name="rnn"), dtype=str(x.dtype)), x)["rnn"]
    assert {values.dtype.name for values in captured.values()} == {"float64" if wide else "float32"}
    agree(captured, by_paper(cell, x), atol)


class Saying(L.SimpleRNNCell):  # type: ignore[name-defined,misc]
    """A cell that calls a function in every step: with its input, and what it gives."""

    def __init__(self, say: Callable[[Any, Any], object], **options: Any) -> None:
        super().__init__(UNITS, **options)
        self.say = say

    def call(self, sequence: Any, states: Any, training: bool = False) -> Any:
        output, states = super().call(sequence, states, training=training)
        self.say(sequence, output)
        return output, states


def saying(say: Callable[[Any, Any], object]) -> Any:
    return sequential(L.RNN(Saying(say), name="rnn"))


def test_more_axes_are_flattened_and_other_types_cast() -> None:
    def say(x: Any, h: Any) -> None:
        record("outer", h[:, :, None] * x[:, None, :])
        record("positive", h > 0.0)

    x = sequences()
    captured = looked_at(saying(say), x)["rnn"]
    assert list(captured) == ["state_0", "outer", "positive"]
    h = captured["state_0"]
    outer = h[..., :, None] * x[..., None, :]
    np.testing.assert_allclose(captured["outer"], outer.reshape(SAMPLES, TIMESTEPS, UNITS * FEATURES), atol=1e-6)
    np.testing.assert_array_equal(captured["positive"], (h > 0.0).astype("float32"))
    assert captured["positive"].dtype == np.float32


BAD: dict[str, tuple[Callable[[Any, Any], object], str]] = {
    "empty": (lambda x, h: record("", h), "''"),
    "no-string": (lambda x, h: record(5, h), "5"),  # type: ignore[arg-type]
    "none": (lambda x, h: record(None, h), "None"),  # type: ignore[arg-type]
    "slash": (lambda x, h: record("gates/forget", h), "'gates/forget'"),
    "twice": (lambda x, h: (record("gate", h), record("gate", h)), "'gate'"),
    "state": (lambda x, h: record("state_0", h), "'state_0'"),
    "samples": (lambda x, h: record("gate", ops.transpose(h)), "'gate'"),
    "scalar": (lambda x, h: record("gate", ops.mean(h)), "'gate'"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_a_signal_is_refused(case: str) -> None:
    say, word = BAD[case]
    with pytest.raises(ProbeError) as info:
        looked_at(saying(say), sequences())
    assert str(info.value).startswith("record("), "one sentence, without Keras' paragraph about the call"
    assert "'rnn'" in str(info.value)
    assert word in str(info.value)


@pytest.mark.parametrize("case", ["twice", "state", "slash"])
def test_it_is_refused_in_a_loop_by_hand_too(case: str) -> None:
    say, word = BAD[case]
    with pytest.raises(ProbeError) as info:
        looked_at(sequential(Loop(Saying(say, name="cell"), name="loop")), sequences())
    assert "'loop/cell'" in str(info.value)
    assert word in str(info.value)


def test_nothing_is_left_behind_by_a_refusal() -> None:
    """A model that was refused is unchanged, and one that is not can be captured next."""
    model = saying(BAD["twice"][0])
    before = own_output(model, sequences())
    with pytest.raises(ProbeError):
        Probe(model, sequences(), jit_compile=False)()
    np.testing.assert_array_equal(own_output(model, sequences()), before)
    assert list(looked_at(saying(lambda x, h: record("gate", h)), sequences())["rnn"]) == ["state_0", "gate"]


@pytest.mark.parametrize("case", BAD)
@pytest.mark.slow
def test_outside_a_capture_nothing_is_validated(case: str) -> None:
    model, x = saying(BAD[case][0]), sequences()
    model.compile("sgd", "mse", jit_compile=False)
    model.fit(x, np.zeros((SAMPLES, UNITS)), verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0), own_output(model, x), atol=1e-6)


@pytest.mark.parametrize("name", ["gate", "", None, "a/b"])
def test_it_returns_what_it_got(name: Any) -> None:
    tensor = object()
    assert record(name, tensor) is tensor


def test_it_returns_what_it_got_while_someone_looks() -> None:
    same: list[bool] = []
    looked_at(saying(lambda x, h: same.append(record("gate", h) is h)), sequences())
    assert same
    assert all(same)


def test_a_cell_that_is_not_looked_at_is_not_validated() -> None:
    """A layer that is not captured may record anything."""
    bad = L.RNN(Saying(BAD["twice"][0]), return_sequences=True, name="bad")
    model = sequential(bad, L.GRU(UNITS, name="good"))
    assert list(looked_at(model, sequences(), layers="good")) == ["good"]
