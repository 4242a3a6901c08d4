"""What people ask in public about recurrent networks, each answered with the public API in a few lines."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812
from numpy.typing import NDArray

from tb_rnn_plugin import Probe, RNNTimeline, capture, open_run, record, split_kernel, weights
from tests.reference import lstm
from tests.tensorboard_process import tensorboard

LSTM_SIGNALS = ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"]
ATOL = 1e-6  # A few dozen float32 roundings of numbers of order 1.


def random(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=shape).astype(np.float32)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z, np.float64)))


# Q1. All units of all layers at all timesteps, in one pass


INITIAL_STATE = np.ones((5, 2), np.float32)
INITIAL_STATE[0, 0] = 0.123
HIDDEN_STATES = np.broadcast_to(np.array([[2.0, 2.0], [3.0, 3.0], [4.0, 4.0]]), (5, 3, 2)).copy()
HIDDEN_STATES[0, :, 0] = [1.123, 2.123, 3.123]


def counting_rnn(**options: Any) -> Any:
    """Return a layer whose units count the timesteps."""
    return L.SimpleRNN(
        2,
        return_sequences=True,
        activation="linear",
        recurrent_initializer="identity",
        bias_initializer="ones",
        name="rnn",
        **options,
    )


@pytest.mark.slow
def test_all_units_of_all_layers_from_a_chosen_initial_state() -> None:
    model = keras.Sequential(
        [keras.Input(batch_shape=(5, 3, 4)), counting_rnn(stateful=True), L.Dense(1, name="output")]
    )
    model.predict(np.zeros((5, 3, 4)), verbose=0)  # Leaves the layer in some state.
    held = [state.numpy().tobytes() for state in model.get_layer("rnn").states]

    activity = capture(model, np.zeros((5, 3, 4)), layers=["rnn", "output"], initial_states={"rnn": INITIAL_STATE})

    np.testing.assert_allclose(activity["rnn"]["hidden_state"], HIDDEN_STATES, atol=ATOL)
    kernel, bias = (weight.numpy() for weight in model.get_layer("output").weights)
    np.testing.assert_allclose(activity["output"]["output"], HIDDEN_STATES @ kernel + bias, atol=ATOL)
    assert [state.numpy().tobytes() for state in model.get_layer("rnn").states] == held


def test_the_same_with_the_initial_state_as_an_input_of_the_model() -> None:
    sequence, state = keras.Input((3, 4)), keras.Input((2,))
    hidden = counting_rnn()(sequence, initial_state=state)
    model = keras.Model([sequence, state], L.Dense(1, name="output")(hidden))

    activity = capture(model, [np.zeros((5, 3, 4)), INITIAL_STATE], layers=["rnn", "output"])

    np.testing.assert_allclose(activity["rnn"]["hidden_state"], HIDDEN_STATES, atol=ATOL)
    np.testing.assert_array_equal(activity["output"]["output"], activity.predictions["output"])


# Q2. Which of the numbers is which gate?


@pytest.mark.slow
def test_each_gate_by_name_of_a_series_fed_one_step_at_a_time() -> None:
    model = keras.Sequential(
        [keras.Input(batch_shape=(1, 1, 1)), L.LSTM(10, stateful=True, name="lstm"), L.Dense(2, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(random(4, 1, 1), np.array([0, 1, 0, 1]), batch_size=1, verbose=0)
    probe = Probe(model, np.zeros((1, 1, 1), np.float32), initial_states="current")
    for length in (5, 100):
        model.get_layer("lstm").reset_states()
        series, steps = random(1, length, 1), []
        for t in range(length):
            steps.append(probe(series[:, t : t + 1])["lstm"])
            model.predict_on_batch(series[:, t : t + 1])  # Looking left the state where it was; this moves it on.
        gates = {name: np.concatenate([step[name] for step in steps], axis=1) for name in steps[0]}

        assert list(gates) == LSTM_SIGNALS
        wanted = lstm(series, *(weight.numpy() for weight in model.get_layer("lstm").weights)).signals
        for name, values in gates.items():
            np.testing.assert_allclose(values, wanted[name], atol=1e-5, err_msg=name)
    assert probe.compilations == 1


# Q3. Where are W and U?


@pytest.fixture(scope="module")
def basic_rnn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Return a trained basic RNN and what the callback wrote of it."""
    log_dir = tmp_path_factory.mktemp("logs")
    model = keras.Sequential([keras.Input((6, 3)), L.SimpleRNN(4, name="rnn"), L.Dense(1)])
    model.compile("adam", "mse", jit_compile=False)
    timeline = RNNTimeline(log_dir, probe=random(2, 6, 3), dtype="float32")
    model.fit(random(8, 6, 3), random(8, 1), epochs=3, verbose=0, callbacks=[timeline])
    return model, open_run(log_dir / "rnn")


def test_w_u_and_b_recompute_the_states_of_any_epoch(basic_rnn: tuple[Any, Any]) -> None:
    model, run = basic_rnn
    assert run.steps == [0, 1, 2]
    for step in run.steps:
        W, U, b = (getattr(run.weights("rnn", step)["hidden_state"], name) for name in ("W", "U", "b"))  # noqa: N806
        state = np.zeros((2, 4), np.float32)
        for t in range(6):
            state = np.tanh(run.probe.inputs["input"][:, t] @ W + state @ U + b)
            np.testing.assert_allclose(run.load("rnn", "hidden_state", step)[:, t], state, atol=ATOL)
    live, last = weights(model, "rnn")["hidden_state"], run.weights("rnn", 2)["hidden_state"]
    np.testing.assert_array_equal(live.W, last.W)
    np.testing.assert_array_equal(live.U, last.U)
    assert not np.array_equal(run.weights("rnn", 0)["hidden_state"].W, last.W)


def test_one_value_taken_apart(basic_rnn: tuple[Any, Any]) -> None:
    model, run = basic_rnn
    value = run.explain("rnn", "hidden_state", step=2, sample=1, timestep=4, unit=3)
    gate, x, h = run.weights("rnn", 2)["hidden_state"], run.probe.inputs["input"], run.load("rnn", "hidden_state", 2)

    assert list(value.parts) == ["input", "recurrent", "bias"]
    np.testing.assert_allclose(value.parts["input"], x[1, 4] @ gate.W[:, 3], atol=ATOL)
    np.testing.assert_allclose(value.parts["recurrent"], h[1, 3] @ gate.U[:, 3], atol=ATOL)
    np.testing.assert_allclose(value.parts["bias"], gate.b[3], atol=ATOL)
    np.testing.assert_allclose(np.tanh(sum(value.parts.values())), h[1, 4, 3], atol=ATOL)
    read = [abs(contribution.value) for contribution in value.contributions]
    assert len(read) == 3 + 4
    assert read == sorted(read, reverse=True)

    now = capture(model, x).explain("rnn", "hidden_state", sample=1, timestep=4, unit=3)
    np.testing.assert_allclose(list(now.parts.values()), list(value.parts.values()), atol=ATOL)


def test_a_state_taken_apart() -> None:
    model = keras.Sequential([keras.Input((6, 3)), L.LSTM(4, name="lstm")])
    activity = capture(model, random(2, 6, 3))
    at = {"sample": 0, "timestep": 5, "unit": 2}
    i, f, g, o, c, h = (float(activity["lstm"][name][0, 5, 2]) for name in LSTM_SIGNALS)
    c_before = float(activity["lstm"]["cell_state"][0, 4, 2])

    cell_state = activity.explain("lstm", "cell_state", **at)
    assert cell_state.parts == {"f * c_prev": pytest.approx(f * c_before), "i * g": pytest.approx(i * g)}
    assert sum(cell_state.parts.values()) == pytest.approx(c, abs=ATOL)
    hidden_state = activity.explain("lstm", "hidden_state", **at)
    assert hidden_state.parts == {"o * tanh(c)": pytest.approx(o * np.tanh(c))}
    assert hidden_state.value == pytest.approx(h, abs=ATOL)


def test_an_old_kernel_of_one_matrix() -> None:
    kernel, bias, x, state = random(3 + 4, 4), random(4), random(1, 3), random(1, 4)
    cell = split_kernel(kernel, bias)["hidden_state"]
    assert cell.b is not None
    new_state = np.tanh(np.concatenate([x, state], axis=1) @ kernel + bias)  # As such a cell computes it.
    np.testing.assert_allclose(np.tanh(x @ cell.W + state @ cell.U + cell.b), new_state, atol=ATOL)


# Q4. The cell state at every timestep


class PeepholeCell(L.LSTMCell):  # type: ignore[misc]
    """An LSTM whose gates see the cell state, after Gers & Schmidhuber 2000; here with peepholes of weight one."""

    def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
        h, c = states
        z = keras.ops.matmul(inputs, self.kernel) + keras.ops.matmul(h, self.recurrent_kernel) + self.bias
        z_i, z_f, z_g, z_o = keras.ops.split(z, 4, axis=-1)
        i = record("input_gate", keras.ops.sigmoid(z_i + c))
        f = record("forget_gate", keras.ops.sigmoid(z_f + c))
        c = f * c + i * keras.ops.tanh(z_g)
        h = keras.ops.sigmoid(z_o + c) * keras.ops.tanh(c)
        return h, [h, c]


class Loop(L.Layer):  # type: ignore[misc]
    """A cell in a loop over timesteps, as people write it by hand."""

    def __init__(self) -> None:
        super().__init__(name="loop")
        self.cell = L.LSTMCell(4, name="cell")

    def call(self, sequences: Any) -> Any:
        states = self.cell.get_initial_state(keras.ops.shape(sequences)[0])
        for t in range(sequences.shape[1]):
            output, states = self.cell(sequences[:, t], states)
        return output


@pytest.mark.parametrize(
    ("layer", "key"),
    [
        (lambda: L.LSTM(4, name="lstm"), "lstm"),
        (lambda: L.LSTM(4, implementation=1, name="lstm"), "lstm"),
        (lambda: L.LSTM(4, implementation=2, name="lstm"), "lstm"),
        (lambda: L.LSTM(4, dropout=0.5, recurrent_dropout=0.5, name="lstm"), "lstm"),
        (lambda: L.RNN(L.LSTMCell(4), name="lstm"), "lstm"),
        (Loop, "loop/cell"),
    ],
    ids=["LSTM", "implementation-1", "implementation-2", "dropout", "RNN-of-a-cell", "loop-by-hand"],
)
def test_the_cell_state_at_every_timestep(layer: Any, key: str) -> None:
    model, x = keras.Sequential([keras.Input((6, 3)), layer()]), random(2, 6, 3)
    activity = capture(model, x)
    wanted = lstm(x, *(weight.numpy() for weight in model.layers[0].trainable_weights)).signals
    assert list(activity[key]) == LSTM_SIGNALS
    np.testing.assert_allclose(activity[key]["cell_state"], wanted["cell_state"], atol=ATOL)
    np.testing.assert_allclose(activity.predictions["output"], model.predict(x, verbose=0), atol=ATOL)


def test_the_cell_state_of_a_cell_with_a_call_of_its_own() -> None:
    model, x = keras.Sequential([keras.Input((6, 3)), L.RNN(PeepholeCell(4), name="rnn")]), random(2, 6, 3)
    activity = capture(model, x)["rnn"]
    assert list(activity) == ["state_0", "state_1", "input_gate", "forget_gate"]
    cell = model.get_layer("rnn").cell
    h = c = np.zeros((2, 4))
    for t in range(6):
        z = x[:, t] @ cell.kernel.numpy() + h @ cell.recurrent_kernel.numpy() + cell.bias.numpy()
        z_i, z_f, z_g, z_o = np.split(z, 4, axis=-1)
        f, c = sigmoid(z_f + c), sigmoid(z_f + c) * c + sigmoid(z_i + c) * np.tanh(z_g)
        h = sigmoid(z_o + c) * np.tanh(c)
        np.testing.assert_allclose(activity["forget_gate"][:, t], f, atol=1e-5)
        np.testing.assert_allclose(activity["state_1"][:, t], c, atol=1e-5)


@pytest.mark.slow
def test_the_cell_state_with_dropout_on_request() -> None:
    model = keras.Sequential([keras.Input((6, 3)), L.LSTM(4, dropout=0.5, recurrent_dropout=0.5, name="lstm")])
    without, with_dropout = capture(model, random(2, 6, 3)), capture(model, random(2, 6, 3), training=True)
    i, f, g, o, c, h = (with_dropout["lstm"][name] for name in LSTM_SIGNALS)
    assert not np.allclose(c, without["lstm"]["cell_state"], atol=1e-3)
    np.testing.assert_allclose(c[:, 1:], f[:, 1:] * c[:, :-1] + i[:, 1:] * g[:, 1:], atol=ATOL)
    np.testing.assert_allclose(h, o * np.tanh(c), atol=ATOL)


# Common questions


@pytest.fixture(scope="module")
def twelve_epochs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, list[int]]:
    """Return a model after twelve epochs, its log directory, and the bytes allocated since the first."""
    log_dir, held = tmp_path_factory.mktemp("logs"), []

    def weigh(epoch: int, logs: Any) -> None:
        if epoch == 0:
            tracemalloc.start()  # Not before: it would slow the compilation of the train step and of the probe.
        held.append(tracemalloc.get_traced_memory()[0])

    model = keras.Sequential([keras.Input((50, 3)), L.LSTM(32, name="lstm"), L.Dense(1)])
    model.compile("adam", "mse", jit_compile=False)
    timeline = RNNTimeline(log_dir / "run-1", probe=random(4, 50, 3))
    callbacks = [timeline, keras.callbacks.LambdaCallback(on_epoch_end=weigh)]
    model.fit(random(4, 50, 3), random(4, 1), epochs=12, verbose=0, callbacks=callbacks)
    tracemalloc.stop()
    return model, log_dir, held


@pytest.mark.slow
def test_one_unit_of_one_gate_over_all_epochs(twelve_epochs: tuple[Any, Path, list[int]]) -> None:
    model, log_dir, _ = twelve_epochs
    run = open_run(log_dir / "run-1" / "rnn")
    unit = np.stack([run.load("lstm", "forget_gate", step)[0, :, 3] for step in run.steps])
    assert unit.shape == (12, 50)
    now = capture(model, random(4, 50, 3))["lstm"]["forget_gate"][0, :, 3]
    np.testing.assert_allclose(unit[-1], now, atol=1e-3)  # Stored as float16, whose eps is 1e-3.
    assert not np.allclose(unit[0], now, atol=1e-3)


def test_no_epoch_is_held_in_memory(twelve_epochs: tuple[Any, Path, list[int]]) -> None:
    _, _, held = twelve_epochs
    one_epoch = len(LSTM_SIGNALS) * 4 * 50 * 32 * 4
    assert held[-1] - held[2] < one_epoch  # Nine epochs later.


@pytest.mark.slow
def test_tensorboard_drops_no_epoch(twelve_epochs: tuple[Any, Path, list[int]]) -> None:
    """It keeps 10 steps of a plugin's tensors, unless the plugin says otherwise."""
    _, log_dir, _ = twelve_epochs
    with tensorboard("--logdir", log_dir) as server:
        server.wait_for_runs("run-1/rnn")
        assert server.get("run", run="run-1/rnn").json()["steps"] == list(range(12))


@pytest.mark.slow
def test_looking_does_not_move_a_stateful_model() -> None:
    model = keras.Sequential([keras.Input(batch_shape=(2, 6, 3)), L.GRU(4, stateful=True, name="gru")])
    model.predict(random(2, 6, 3), verbose=0)
    before = [state.numpy().tobytes() for state in model.get_layer("gru").states]
    capture(model, random(2, 6, 3), initial_states="current")
    assert [state.numpy().tobytes() for state in model.get_layer("gru").states] == before


def test_which_values_are_real_where_rows_are_padded() -> None:
    model = keras.Sequential([keras.Input((4,)), L.Embedding(9, 3, mask_zero=True), L.LSTM(4, name="lstm")])
    padded = capture(model, np.array([[5, 2, 7, 1], [3, 8, 0, 0]]))["lstm"]
    assert padded.mask is not None
    np.testing.assert_array_equal(padded.mask, [[1, 1, 1, 1], [1, 1, 0, 0]])
    np.testing.assert_array_equal(np.isfinite(padded["forget_gate"]).all(axis=-1), padded.mask)
    np.testing.assert_array_equal(np.isnan(padded["forget_gate"]).all(axis=-1), ~padded.mask)


@pytest.mark.slow
def test_which_direction_and_in_which_time_order() -> None:
    both = L.Bidirectional(L.LSTM(4), name="both")
    model, x = keras.Sequential([keras.Input((6, 3)), both]), random(2, 6, 3)
    activity = capture(model, x)
    assert list(activity) == ["both/forward_lstm", "both/backward_lstm"]
    output = activity.predictions["output"]
    # Each reads towards its end: the forward half to the last timestep, the backward half to the first.
    np.testing.assert_allclose(activity["both/forward_lstm"]["hidden_state"][:, -1], output[:, :4], atol=ATOL)
    np.testing.assert_allclose(activity["both/backward_lstm"]["hidden_state"][:, 0], output[:, 4:], atol=ATOL)


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.slow
def test_a_gru_recomputed_by_hand(reset_after: bool) -> None:
    model = keras.Sequential([keras.Input((6, 3)), L.GRU(4, reset_after=reset_after, name="gru")])
    for weight in model.weights:
        weight.assign(random(*weight.shape))
    x, h, w = random(2, 6, 3), np.zeros((2, 4)), weights(model, "gru")
    activity = capture(model, x)["gru"]

    def recurrent(gate: str, state: Any) -> Any:
        second = w[gate].recurrent_b
        return state @ w[gate].U + (0 if second is None else second)

    for t in range(6):
        z, r, g = (x[:, t] @ w[gate].W + np.asarray(w[gate].b) for gate in ("update_gate", "reset_gate", "candidate"))
        z, r = sigmoid(z + recurrent("update_gate", h)), sigmoid(r + recurrent("reset_gate", h))
        g = np.tanh(g + (r * recurrent("candidate", h) if reset_after else recurrent("candidate", r * h)))
        h = z * h + (1 - z) * g
        for name, by_hand in (("update_gate", z), ("reset_gate", r), ("candidate", g), ("hidden_state", h)):
            np.testing.assert_allclose(activity[name][:, t], by_hand, atol=1e-5, err_msg=name)


@pytest.mark.slow
def test_some_of_many_layers_inside_nested_models() -> None:
    encoder = keras.Sequential(
        [L.LSTM(4, return_sequences=True, name="lower"), L.LSTM(4, name="upper")], name="encoder"
    )
    model = keras.Sequential([keras.Input((6, 3)), encoder, L.RepeatVector(2), L.GRU(4, name="gru")])
    assert list(capture(model, random(2, 6, 3))) == ["encoder/lower", "encoder/upper", "gru"]
    assert list(capture(model, random(2, 6, 3), layers="encoder/*")) == ["encoder/lower", "encoder/upper"]
    assert list(capture(model, random(2, 6, 3), layers=lambda layer: isinstance(layer, L.GRU))) == ["gru"]
