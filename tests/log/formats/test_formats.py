"""A run of every version of the log format opens in Python and in TensorBoard, with bit-identical values.

The values are stored beside each run as JSON, written together with the run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log.layout import VERSION
from tests.log.formats.content import content, plain
from tests.tensorboard_process import tensorboard

FOLDERS = sorted(Path(__file__).parent.glob("v*"))
FORMATS = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def known(folder: Path) -> Any:
    return json.loads((folder / "content.json").read_text())


def test_there_is_a_run_of_every_version() -> None:
    """A commit that raises VERSION adds a run of the new version, and leaves existing ones unchanged."""
    assert {folder.name for folder in FOLDERS} == {f"v{version}" for version in range(1, VERSION + 1)}


@FORMATS
def test_a_run_has_the_version_of_its_folder(folder: Path) -> None:
    files = list(folder.rglob("*.safetensors"))
    assert len(files) == 3
    for file in files:
        with safetensors.safe_open(file, "numpy") as opened:
            assert f"v{opened.metadata()['version']}" == folder.name


@FORMATS
def test_open_run_returns_all_of_it(folder: Path) -> None:
    run, document = open_run(folder / "rnn"), known(folder)
    read = json.loads(json.dumps(content(run)))
    for layer in read["layers"].values():
        for signal in layer["signals"]:
            assert signal.pop("axes") == ["time", "unit"]  # Not stored by the first version, and known all the same.
    assert read == document
    for step, layers in document["traces"].items():
        for layer, trace in layers.items():
            for name, stored in trace["signals"].items():
                loaded = run.load(layer, name, int(step))
                assert plain(loaded.astype(stored["dtype"])) == stored["values"]
            for name, stored in trace["gradients"].items():
                assert plain(run.gradient(layer, name, int(step))) == stored["values"]
            mask = run.mask(layer, int(step))
            assert mask is not None
            assert plain(mask) == trace["mask"]
            assert run.weights(layer, int(step))
            assert np.isfinite(run.horizon(layer, int(step))).all()
    run.findings(run.steps[-1])


@FORMATS
@pytest.mark.slow
def test_tensorboard_serves_all_of_it(folder: Path) -> None:
    document = known(folder)
    with tensorboard("--logdir", folder) as board:
        board.wait_for_runs("rnn")
        run = board.get("run", run="rnn").json()
        assert (run["steps"], run["problems"]) == (document["steps"], [])
        assert [layer["key"] for layer in run["layers"]] == list(document["layers"])
        for layer in run["layers"]:
            stored = document["layers"][layer["key"]]
            assert {name: layer[name] for name in stored if name != "signals"} == {
                name: value for name, value in stored.items() if name != "signals"
            }
            # What the server knows of a signal is added to what the log stores of it.
            for signal, wanted in zip(layer["signals"], stored["signals"], strict=True):
                assert {name: signal[name] for name in wanted} == wanted
        losses = document["summaries"]["logs/loss"]
        np.testing.assert_allclose(run["logs"]["loss"], [losses[str(step)] for step in run["steps"]], rtol=1e-6)
        for index, name in enumerate(document["probe"]["sample_names"]):
            sample = board.get("sample", run="rnn", sample=index).json()
            assert (sample["name"], sample["tokens"]) == (name, document["probe"]["tokens"][index])
            assert sample["annotations"] == {
                name: stored["values"][index] for name, stored in document["probe"]["annotations"].items()
            }
            for step, layers in document["traces"].items():
                for layer, trace in layers.items():
                    query = {"run": "rnn", "step": step, "layer": layer, "sample": index}
                    served = safetensors.numpy.load(board.get("trace", **query).body)
                    signals = {name: stored["values"][index] for name, stored in trace["signals"].items()}
                    assert {name: plain(served[f"signals/{name}"]) for name in signals} == signals
                    assert plain(served["mask"]) == trace["mask"][index]
        for tag, by_step in document["summaries"].items():
            if tag.startswith("signals/"):
                _, layer, signal = tag.split("/")
                served = safetensors.numpy.load(board.get("summary", run="rnn", layer=layer, signal=signal).body)
                assert plain(served["summary"]) == list(by_step.values())
