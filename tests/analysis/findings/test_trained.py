"""Findings in trained networks: each has one fault, its neighbours beside it are healthy or have another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812
from keras import ops

from tb_rnn_plugin import RNNTimeline, open_run
from tb_rnn_plugin.analysis.findings import HIGH, Finding, group
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run
from tests.analysis.findings.trainings import LAYERS, TASKS, Task, train

pytestmark = pytest.mark.slow

SAMPLES, TIMESTEPS, FEATURES, UNITS = 32, 24, 3, 6


def numbers(timesteps: int = TIMESTEPS) -> tuple[Array, Array]:
    """Return inputs and the mean of each, which can be learned."""
    x = np.random.default_rng(0).normal(size=(SAMPLES, timesteps, FEATURES)).astype(np.float32)
    return x, x.mean(axis=(1, 2), keepdims=True)[:, 0]


def fit(model: Any, directory: Path, x: Any, y: Array, *, epochs: int = 2, loss: str = "mse", **options: Any) -> Run:
    """Train a model and return what the callback has written; the probe is the first eight samples."""
    rate = options.pop("rate", 1e-3)
    callbacks = options.pop("callbacks", [])
    model.compile(keras.optimizers.SGD(rate), loss, jit_compile=False)
    probe = keras.tree.map_structure(lambda values: values[:8], x)
    timeline = RNNTimeline(directory, probe=probe, jit_compile=False, **options)
    model.fit(x, y, epochs=epochs, batch_size=16, verbose=0, callbacks=[timeline, *callbacks])
    return open_run(directory / "rnn")


def last(run: Run) -> tuple[Finding, ...]:
    return run.findings(run.steps[-1])


def by_layer(run: Run) -> dict[str, set[str]]:
    """Return the kinds that are found at the last step, by layer."""
    found: dict[str, set[str]] = {}
    for finding in last(run):
        found.setdefault(finding.layer, set()).add(finding.kind)
    return found


class Keep(keras.constraints.Constraint):  # type: ignore[misc]
    """Sets some columns of a weight to a value after each step of the optimizer."""

    def __init__(self, columns: slice, value: float) -> None:
        self.columns, self.value = columns, value

    def __call__(self, w: Any) -> Any:
        mask = np.zeros(w.shape[-1], np.float32)
        mask[self.columns] = 1.0
        return w * (1 - mask) + self.value * mask


class Clockwork(L.Layer):  # type: ignore[misc]
    """Updates its units at every second timestep, which it counts (Koutník et al. 2014, "A Clockwork RNN")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.inner = L.SimpleRNNCell(UNITS)
        self.state_size = [1, UNITS]
        self.output_size = UNITS

    def build(self, shape: Any) -> None:
        self.inner.build(shape)

    def call(self, inputs: Any, states: Any) -> Any:
        count, h = states
        new, _ = self.inner(inputs, [h])
        on = ops.cast(ops.mod(count, 2) == 0, h.dtype)
        h = on * new + (1 - on) * h
        return h, [count + 1, h]


def rotations(shape: Any, dtype: Any = None) -> Array:
    """Return recurrent weights by which pairs of units turn round each other, at three speeds."""
    weights = np.zeros(shape, np.float32)
    for pair, angle in enumerate((0.5, 0.8, 1.1)):
        turn = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        weights[2 * pair : 2 * pair + 2, 2 * pair : 2 * pair + 2] = 1.2 * np.array(turn)
    return weights


@pytest.fixture(scope="module")
def side_by_side(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run in which layers with one fault each, and healthy ones, read the same input."""
    width, two = 4 * UNITS, slice(0, 2)
    layers = [
        L.LSTM(UNITS, name="lstm"),
        L.GRU(UNITS, name="gru"),
        L.SimpleRNN(UNITS, name="rnn"),
        # Input gates held open, by a bias that the optimizer cannot move.
        L.LSTM(UNITS, name="saturated", bias_constraint=Keep(two, 6.0)),
        # Output gates held shut.
        L.LSTM(UNITS, name="dead", bias_constraint=Keep(slice(width - UNITS, width - UNITS + 2), -60.0)),
        # Neither input nor recurrence, and a bias.
        L.SimpleRNN(
            UNITS,
            name="constant",
            kernel_constraint=Keep(two, 0.0),
            recurrent_constraint=Keep(two, 0.0),
            bias_constraint=Keep(two, 0.5),
        ),
        L.SimpleRNN(
            UNITS,
            name="symmetric",
            kernel_initializer="ones",
            recurrent_initializer=keras.initializers.Constant(0.05),
        ),
        L.SimpleRNN(
            UNITS,
            name="blind",
            kernel_constraint=Keep(slice(None), 0.0),
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(0.1),
            recurrent_initializer=rotations,
        ),
        L.SimpleRNN(
            UNITS,
            name="growing",
            activation="relu",
            recurrent_initializer=keras.initializers.Identity(gain=1.08),
        ),
        L.RNN(Clockwork(), name="clock"),
        L.GRU(UNITS, name="still", trainable=False),
    ]
    x, y = numbers(150)
    i = keras.Input((150, FEATURES))
    # The dense layer divides by the size of what it reads: one layer that grows would drive the others.
    outs = [L.Lambda(lambda h: h / (1 + ops.stop_gradient(ops.max(ops.abs(h)))))(layer(i)) for layer in layers]
    keras.utils.set_random_seed(3)
    model = keras.Model(i, L.Dense(1)(L.Concatenate()(outs)))
    return fit(model, tmp_path_factory.mktemp("faults"), x, y)


EXPECTED = {
    "saturated": {"saturated_high"},
    "dead": {"dead_units", "saturated_low"},
    "constant": {"constant_units"},
    "symmetric": {"duplicate_units"},
    "blind": {"input_blind_units"},
    "growing": {"exploding_state"},
    "still": {"frozen"},
}


def test_each_layer_has_its_own_fault_and_no_other(side_by_side: Run) -> None:
    assert by_layer(side_by_side) == EXPECTED


def test_padding_drowns_where_it_is_read_last_and_not_masked(tmp_path: Path) -> None:
    """Five layers read the same padded sequences; one of them reads them backwards, two have a mask."""
    random = np.random.default_rng(0)
    tokens = random.integers(1, 9, (SAMPLES, 40))
    x = random.normal(size=(SAMPLES, 40, FEATURES)).astype(np.float32)
    tokens[:, 8:], x[:, 8:] = 0, 0.0
    ids, read = keras.Input((40,), name="ids"), keras.Input((40, FEATURES), name="read")
    layers = [
        L.GRU(UNITS, name="unmasked")(L.Embedding(9, 4)(ids)),
        L.GRU(UNITS, name="backwards", go_backwards=True)(L.Embedding(9, 4)(ids)),
        L.GRU(UNITS, name="masked")(L.Embedding(9, 4, mask_zero=True)(ids)),
        L.GRU(UNITS, name="in_front")(L.Masking()(read)),
        L.GRU(UNITS, name="unmasking")(L.Masking()(L.BatchNormalization(beta_initializer="ones")(read))),
    ]
    model = keras.Model({"ids": ids, "read": read}, L.Dense(1)(L.Concatenate()(layers)))
    inputs: dict[str, Array] = {"ids": tokens, "read": x}
    run = fit(model, tmp_path, inputs, x[:, :8].mean(axis=(1, 2)))
    found = by_layer(run)
    assert {layer: kinds & {"drowned_by_padding", "mask_without_effect"} for layer, kinds in found.items()} == {
        "unmasked": {"drowned_by_padding"},
        "unmasking": {"drowned_by_padding", "mask_without_effect"},
    }
    drowned = next(one for one in last(run) if one.kind == "drowned_by_padding" and one.layer == "unmasked")
    assert "from timestep 8 on the input of unmasked is the same in 8 of 8 samples" in drowned.message
    assert drowned.severity >= HIGH


@pytest.mark.filterwarnings("ignore:In loss categorical_crossentropy")
def test_a_loss_without_gradient_and_a_rate_of_zero(tmp_path: Path) -> None:
    """Both leave the weights as they are; what keeps them is told apart, if gradients were captured."""

    def trained(name: str, loss: str, rate: float, gradients: bool) -> list[tuple[str, list[str]]]:
        x, y = numbers()
        model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), L.LSTM(UNITS, name="lstm"), L.Dense(1)])
        y = 0 * y if loss == "categorical_crossentropy" else y
        options: dict[str, Any] = {"targets": y[:8], "gradients": True} if gradients else {}
        run = fit(model, tmp_path / name, x, y, loss=loss, rate=rate, **options)
        return [(one.title, [found.kind for found in one.findings]) for one in group(last(run))]

    flat = trained("flat", "categorical_crossentropy", 0.1, gradients=True)
    assert flat == [("no gradient", ["no_gradient", "frozen"])]
    assert trained("unknown", "categorical_crossentropy", 0.1, gradients=False) == [("frozen", ["frozen"])]
    assert trained("rate", "mse", 0.0, gradients=True) == [("frozen", ["frozen"])]


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_branch_that_the_loss_does_not_reach(tmp_path: Path) -> None:
    x, y = numbers(8)
    i = keras.Input((8, FEATURES))
    reached = L.GRU(UNITS, name="reached")(i)
    cut = L.Lambda(ops.stop_gradient)(L.GRU(UNITS, name="cut")(i))
    model = keras.Model(i, L.Dense(1)(L.Concatenate()([reached, cut])))
    run = fit(model, tmp_path, x, y, targets=y[:8], gradients=True)
    assert by_layer(run) == {"cut": {"unreached_by_loss", "frozen"}}
    assert [one.title for one in group(last(run))] == ["not reached by the loss"]


def test_nan_in_the_training_data_makes_the_weights_nan(tmp_path: Path) -> None:
    """The probe is finite; the third epoch reads a sample that is not."""
    x, y = numbers()

    class Spoil(keras.callbacks.Callback):  # type: ignore[misc]
        """Makes the inputs NaN from epoch 2 on."""

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            scale.assign(1.0 if epoch < 2 else np.nan)

    scale = keras.Variable(1.0, trainable=False)
    noise = L.Lambda(lambda h, training=False: h * scale if training else h)
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), noise, L.GRU(UNITS, name="gru"), L.Dense(1)])
    run = fit(model, tmp_path, x, y, epochs=4, callbacks=[Spoil()])
    assert last(run)[0].kind == "non_finite"
    assert last(run)[0].message.startswith(
        "Weights are not finite since epoch 2: kernel, recurrent_kernel, bias of 'gru'; at epoch 1 they were finite, "
        "so training made them so in between."
    )
    assert by_layer(run) == {"gru": {"non_finite"}}


@pytest.mark.parametrize(
    ("name", "layers"),
    [("parity", "SimpleRNN"), ("sentiment", "GRU"), ("copying", "LSTM"), ("sine", "SimpleRNN")],
)
def test_a_healthy_run_has_no_severe_finding(name: str, layers: str, tmp_path: Path) -> None:
    """Some of those that `python -m tests.benchmarks.false_alarms` counts, with another seed and fewer epochs."""
    task: Task = TASKS[name]
    training = train(task, LAYERS[layers](task.at_each), tmp_path, seed=200, epochs=8)
    assert training.learned
    severe = [one for step in training.run.steps for one in training.run.findings(step) if one.severity >= HIGH]
    assert severe == []
