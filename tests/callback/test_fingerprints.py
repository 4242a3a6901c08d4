"""Whether two runs started from the same weights, so that their units correspond."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log import array_writer, layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.fingerprint import fingerprint
from tb_rnn_plugin.log.probe_file import inputs_fingerprint, read_fingerprints
from tb_rnn_plugin.log.step_file import read_layers
from tests.callback.training import PROBE, fit, timeline, tiny_model


def started(run: Path) -> dict[str, str] | None:
    return read_fingerprints(ArrayFile(layout.trace_directory(run) / layout.PROBE_FILE))


def at_step(run: Path, step: int) -> dict[str, str | None]:
    layers = read_layers(ArrayFile(layout.trace_directory(run) / layout.step_file(step)))
    return {key: layer.fingerprint for key, layer in layers.items()}


def other_weights() -> Any:
    model = tiny_model()
    model.get_layer("rnn").set_weights([weight + 0.01 for weight in model.get_layer("rnn").get_weights()])
    return model


def test_runs_from_the_same_weights_have_the_same_fingerprint(tmp_path: Path) -> None:
    """Whatever the learning rate, what is stored, and whichever model object it is."""
    fit(tiny_model(), timeline(tmp_path / "a", layers=["rnn", "dense*"]))
    fit(tiny_model(), timeline(tmp_path / "b", layers=["rnn", "dense*"], weights=False, dtype="float32"))
    fit(other_weights(), timeline(tmp_path / "c", layers=["rnn", "dense*"]))
    a, b, c = (started(tmp_path / name / "rnn") for name in "abc")
    assert a is not None
    assert b is not None
    assert c is not None
    dense = next(key for key in a if key != "rnn")
    assert a == b
    assert a["rnn"] != c["rnn"]
    assert a[dense] == c[dense], "of each layer by itself"


def test_the_fingerprint_is_of_the_weights_before_the_first_batch(tmp_path: Path) -> None:
    model = tiny_model()
    variables = {variable.name: variable.numpy() for variable in model.get_layer("rnn").cell.weights}
    fit(model, timeline(tmp_path), epochs=2)
    run = tmp_path / "rnn"
    assert started(run) == {"rnn": fingerprint(variables)}
    variables = {variable.name: variable.numpy() for variable in model.get_layer("rnn").cell.weights}
    assert at_step(run, 1) == {"rnn": fingerprint(variables)}
    assert at_step(run, 0) != at_step(run, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": np.arange(4.0)}, {"a": np.arange(4, dtype="float32")}),
        ({"a": np.arange(4.0)}, {"b": np.arange(4.0)}),
        ({"a": np.eye(2)}, {"a": np.eye(2).ravel()}),
        ({"a": np.eye(2)}, {"a": np.eye(2)[0], "b": np.eye(2)[1]}),
        ({"a": np.array([0.0, 1.0])}, {"a": np.array([-0.0, 1.0])}),
    ],
    ids=str,
)
def test_other_weights_have_another_fingerprint(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint({name: array.copy() for name, array in one.items()})


def test_a_resumed_run_keeps_its_first_fingerprint(tmp_path: Path) -> None:
    model, run = tiny_model(), tmp_path / "rnn"
    fit(model, timeline(tmp_path))
    first = started(run)
    fit(model, timeline(tmp_path), epochs=2, initial_epoch=1)
    assert not (tmp_path / "rnn-2").exists()
    assert started(run) == first
    callback = timeline(tmp_path / "twice")
    fit(tiny_model(), callback)
    fit(model, callback)
    assert started(tmp_path / "twice" / "rnn") == first


def test_a_fit_that_goes_on_in_a_new_run_has_the_first_ones_fingerprint(tmp_path: Path) -> None:
    model = tiny_model()
    for _ in range(3):
        fit(model, timeline(tmp_path))
    assert started(tmp_path / "rnn") == started(tmp_path / "rnn-2") == started(tmp_path / "rnn-3")
    fit(other_weights(), timeline(tmp_path))
    assert started(tmp_path / "rnn-4") != started(tmp_path / "rnn")


def test_a_fit_goes_on_from_the_end_of_one_whose_last_epoch_was_not_captured(tmp_path: Path) -> None:
    """Also if no step has fingerprints: no weights are copied for them that are not stored."""
    model = tiny_model()
    fit(model, timeline(tmp_path, every=2, weights=False), epochs=2)
    fit(model, timeline(tmp_path))
    assert at_step(tmp_path / "rnn", 0) == {"rnn": None}
    assert started(tmp_path / "rnn") == started(tmp_path / "rnn-2") != {}
    fit(other_weights(), timeline(tmp_path))
    assert started(tmp_path / "rnn-3") == {}, "of weights that no earlier run is known to have had"


def test_a_run_of_an_older_version_stays_unknown(tmp_path: Path) -> None:
    """Also if it is resumed: what it began with is not known any more."""
    model = tiny_model()
    fit(model, timeline(tmp_path))
    path = layout.trace_directory(tmp_path / "rnn") / layout.PROBE_FILE
    file = ArrayFile(path)
    kept = {name: file.field(name) for name in ("kind", "unit", "sample_names", "texts", "tokens")}
    array_writer.write(path, {name: file.read(name) for name in file.names}, kept)
    assert started(tmp_path / "rnn") is None
    fit(model, timeline(tmp_path), epochs=2, initial_epoch=1)
    assert started(tmp_path / "rnn") is None
    fit(model, timeline(tmp_path))
    assert started(tmp_path / "rnn-2") is not None


def test_a_layer_without_weights_has_none(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((3, 2)), keras.layers.ReLU(name="relu"), keras.layers.SimpleRNN(2, name="rnn")]
    )
    model.compile("sgd", "mse", jit_compile=False)
    model.fit(PROBE, np.zeros((2, 2)), verbose=0, callbacks=[timeline(tmp_path, layers=["relu", "rnn"])])
    assert list(started(tmp_path / "rnn") or {}) == ["rnn"]
    assert at_step(tmp_path / "rnn", 0)["relu"] is None


def test_probes_are_the_same_if_their_inputs_are(tmp_path: Path) -> None:
    """Whatever their names, tokens and targets."""
    probes: dict[str, dict[str, Any]] = {
        "a": {"sample_names": ["x", "y"]},
        "b": {"tokens": ["abc", "abc"], "targets": np.zeros(2)},
        "c": {"probe": PROBE + 1e-3},
        "d": {"probe": PROBE[:1]},
    }
    fit(tiny_model(), [timeline(tmp_path / name, **options) for name, options in probes.items()])
    paths = [layout.trace_directory(tmp_path / name / "rnn") / layout.PROBE_FILE for name in probes]
    a, b, c, d = (inputs_fingerprint(ArrayFile(path)) for path in paths)
    assert a == b
    assert len({a, c, d}) == 3


def test_python_says_whether_units_correspond(tmp_path: Path) -> None:
    """And matches those that do not, of the same probe alone."""
    fit(tiny_model(), [timeline(tmp_path / "a"), timeline(tmp_path / "other probe", PROBE + 1)])
    fit(tiny_model(), timeline(tmp_path / "b"))
    fit(other_weights(), timeline(tmp_path / "c"))
    a, b, c, other = (open_run(tmp_path / name / "rnn") for name in ("a", "b", "c", "other probe"))
    assert [a.units_correspond(run, "rnn") for run in (a, b, c)] == [True, True, False]
    assert a.units_correspond(c, "gone") is None
    found = a.match_units(b, "rnn", "hidden_state", 0)
    assert {(pair.a, pair.b) for pair in found.pairs} == {(0, 0), (1, 1)}
    with pytest.raises(ValueError, match="have probes with other inputs"):
        a.match_units(other, "rnn", "hidden_state", 0)
