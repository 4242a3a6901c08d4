"""A run of models whose layers have rows that are not the probe's samples."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops
from numpy.typing import NDArray

from tb_rnn_plugin import RNNTimeline, open_run
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.probe import Probe
from tb_rnn_plugin.run import Run

SAMPLES, TIMESTEPS, NODES = 4, 6, 5
NAMES = ["A", "B", "C", "D"]
X: NDArray[Any] = np.random.default_rng(0).normal(size=(8, TIMESTEPS, NODES, 1)).astype("float32")
Y: NDArray[Any] = X.mean(axis=1)[..., 0]
FLAGS = X[:SAMPLES, :, 0, 0] > 0


class Nodes(keras.Model):  # type: ignore[misc]
    """An LSTM over time for every node of a graph, `[sample, time, node, 1]`, and another one over the nodes."""

    def __init__(self, mixes: bool = False) -> None:
        super().__init__()
        self.lstm = keras.layers.LSTM(4, name="lstm")
        self.over_nodes = keras.layers.GRU(3, name="over_nodes")
        self.out = keras.layers.Dense(NODES)
        self.mixes = mixes

    def call(self, x: Any) -> Any:
        if self.mixes:
            x = x + ops.mean(x, axis=0, keepdims=True)
        sequences = ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, TIMESTEPS, 1))
        return self.out(self.over_nodes(ops.reshape(self.lstm(sequences), (-1, NODES, 4))))


def fitted(log_dir: Path, model: Any, *others: Any, epochs: int = 2, **options: Any) -> list[str]:
    """Train, with other callbacks before this one, and return the warnings of the callback."""
    model.compile("sgd", "mse", jit_compile=False)
    callback = RNNTimeline(log_dir, X[:SAMPLES], jit_compile=False, sample_names=NAMES, dtype="float32", **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, Y, batch_size=4, epochs=epochs, verbose=0, callbacks=[*others, callback])
    return [str(warning.message) for warning in caught if "RNNTimeline" in str(warning.message)]


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[str], Any]:
    logs, model = tmp_path_factory.mktemp("proven"), Nodes()
    said = fitted(logs, model, tokens=["abcdef"] * SAMPLES, annotations={"high": FLAGS})
    return open_run(logs / "rnn"), said, model


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[str]]:
    logs = tmp_path_factory.mktemp("unknown")
    said = fitted(logs, Nodes(mixes=True), annotations={"high": FLAGS})
    return open_run(logs / "rnn"), said


def test_one_warning_says_how_rows_are_shown(proven: Any, unknown: Any) -> None:
    assert proven[1] == [
        "RNNTimeline: The model reshapes, reorders or mixes the probe's 4 samples before 'lstm' (20 rows), and they "
        "are shown under the samples that they turned out to be parts of."
    ]
    assert unknown[1] == [
        "RNNTimeline: The model reshapes, reorders or mixes the probe's 4 samples before 'lstm' (20 rows), and whose "
        'they are is not known: these are shown as "row 7", without name, tokens and annotations.'
    ]


def test_rows_have_the_samples_that_they_are_of(proven: Any) -> None:
    run = proven[0]
    rows = run.rows("lstm", 1)
    assert [row.sample for row in rows] == [i // NODES for i in range(SAMPLES * NODES)]
    assert [row.name for row in rows[:7]] == [
        "A · part 1", "A · part 2", "A · part 3", "A · part 4", "A · part 5", "B · part 1", "B · part 2",
    ]  # fmt: skip
    assert [(row.name, row.sample) for row in run.rows("over_nodes", 1)] == [(name, i) for i, name in enumerate(NAMES)]
    assert run.layers["over_nodes"].row_samples is None


def test_each_row_holds_what_its_sample_gives(proven: Any) -> None:
    """Keras' own layer, run on one node of one sample, gives the row that is called a part of it."""
    run, _, model = proven
    sequences = [X[row.sample or 0, :, int(row.name.rpartition(" ")[2]) - 1] for row in run.rows("lstm", 1)]
    plain = model.lstm(np.stack(sequences))
    np.testing.assert_allclose(run.load("lstm", "hidden_state", 1)[:, -1], plain, atol=1e-6)


def test_rows_of_several_samples_have_no_name(unknown: Any) -> None:
    run = unknown[0]
    assert [(row.name, row.sample) for row in run.rows("lstm", 0)] == [(f"row {i}", None) for i in range(20)]
    # These depend on all samples, and each far more on its own.
    assert [row.name for row in run.rows("over_nodes", 0)] == NAMES


def test_explanations_name_the_row(proven: Any, unknown: Any) -> None:
    where: dict[str, Any] = {"step": 1, "timestep": 2, "unit": 0}
    assert "step 1, sample 1 · part 2, timestep 2" in str(proven[0].explain("lstm", "forget_gate", sample=6, **where))
    assert "step 1, row 6, timestep 2" in str(unknown[0].explain("lstm", "forget_gate", sample=6, **where))
    assert "step 1, sample 3, timestep 2" in str(proven[0].explain("over_nodes", "candidate", sample=3, **where))


def test_annotations_are_not_matched_with_the_rows_of_other_samples(proven: Any) -> None:
    with pytest.raises(AnalysisError, match=r"\[20, 6\] of 'lstm', whose rows are not the probe's samples"):
        proven[0].detectors("high", 1)


def test_a_row_that_is_not_there(proven: Any) -> None:
    with pytest.raises(LookupError, match="Rows of this layer are 0 to 19, got 20"):
        proven[0].explain("lstm", "forget_gate", step=1, sample=20, timestep=2, unit=0)


class Backwards(keras.Model):  # type: ignore[misc]
    """Hands its samples to the RNN in the opposite order."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = keras.layers.SimpleRNN(3, name="rnn", return_sequences=True)
        self.out = keras.layers.Dense(NODES)

    def call(self, x: Any) -> Any:
        return self.out(self.rnn(x[::-1, ..., 0])[::-1, -1])


def test_samples_in_another_order(tmp_path: Path) -> None:
    """The detectors see each sample with its own annotation."""
    said = fitted(tmp_path, Backwards(), annotations={"high": FLAGS})
    assert len(said) == 1
    assert "before 'rnn' (4 rows), and they are shown under the samples" in said[0]
    run = open_run(tmp_path / "rnn")
    assert [row.name for row in run.rows("rnn", 0)] == NAMES[::-1]
    values = run.load("rnn", "hidden_state", 1)[::-1]
    best = run.detectors("high", 1)[0]
    flags, unit = FLAGS.ravel(), values[..., best.unit].ravel() * best.sign
    wins = (unit[flags][:, None] > unit[~flags]).mean() + (unit[flags][:, None] == unit[~flags]).mean() / 2
    assert best.score == pytest.approx(wins, abs=1e-6)


class Freezes(keras.callbacks.Callback):  # type: ignore[misc]
    """Freezes a layer in the middle of a fit, so that the probe is compiled again."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.layer.trainable = epoch < 1


def test_a_model_that_changes_during_the_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose the rows are is found again; if that fails, they are of unknown samples, and the step is written."""
    found = Probe.find_rows
    for fails in (False, True):
        calls: list[Probe] = []

        def find_rows(self: Probe, *args: Any, fails: bool = fails, calls: Any = calls, **options: Any) -> Any:
            calls.append(self)
            if fails and len(calls) == 2:
                monkeypatch.setattr("tb_rnn_plugin.probe.probe.samples_of_rows", None)
            return found(self, *args, **options)

        monkeypatch.setattr(Probe, "find_rows", find_rows)
        model = Backwards()
        fitted(tmp_path / str(fails), model, Freezes(model.rnn), epochs=3)
        rows = [[row.name for row in open_run(tmp_path / str(fails) / "rnn").rows("rnn", step)] for step in range(3)]
        assert rows[0] == NAMES[::-1]
        assert rows[1] == rows[2]
        assert (rows[1] == NAMES[::-1]) is not fails
        assert not fails or not set(NAMES) & set(rows[1])
        assert len(calls) == 2, "once for each compilation"
