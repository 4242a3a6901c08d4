"""A run that is written as docs/log_format.md says, with none of our code, opens in Python and in TensorBoard.

And one that we write reads as the page says. Only the `safetensors` library, NumPy, JSON, CRC-32C, protobuf and
TensorBoard's own event writer are used.
"""

from __future__ import annotations

import importlib.util
import json
import re
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
import pytest
import safetensors
import safetensors.numpy
from numpy.typing import NDArray
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

from tb_rnn_plugin import open_run
from tests.docs.pages import LOG_FORMAT, ROOT, blocks
from tests.runs import lstm_trace, write_run
from tests.tensorboard_process import tensorboard

Arrays = Mapping[str, NDArray[Any]]

STEPS, SAMPLES, TIMESTEPS, UNITS = 3, 2, 4, 3
SIGNALS = {"update_gate": [0, 1], "reset_gate": [0, 1], "candidate": [-1, 1], "hidden_state": [-1, 1]}
MASK = np.array([[True] * TIMESTEPS, [True, True, True, False]])
STATISTICS = (
    "mean", "std", "min", "q05", "q25", "median", "q75", "q95", "max", "saturated_low", "saturated_high", "non_finite",
)  # fmt: skip


def crc(data: bytes) -> int:
    return int(google_crc32c.value(data))


def write_arrays(path: Path, arrays: Arrays, document: Mapping[str, Any]) -> None:
    """Write an array file: safetensors, with a document in its metadata."""
    described = {}
    for name, array in arrays.items():
        rows = list(array) if array.ndim >= 3 else [array]
        checksums = [crc(np.ascontiguousarray(row).tobytes()) for row in rows]
        described[name] = {"dtype": array.dtype.str, "shape": list(array.shape), "crc32c": checksums}
    text = json.dumps({**document, "arrays": described})
    metadata = {
        "format": "rnn_timeline",
        "version": "1",
        "document": text,
        "document_crc32c": str(crc(text.encode())),
    }
    temporary = path.with_name(f".{path.name}.tmp")
    safetensors.numpy.save_file(dict(arrays), temporary, metadata)
    temporary.rename(path)


def trace(step: int) -> dict[str, NDArray[Any]]:
    """Return what a GRU did at a step, by signal."""
    random = np.random.default_rng(step)
    made = {name: random.uniform(low, high, (SAMPLES, TIMESTEPS, UNITS)) for name, (low, high) in SIGNALS.items()}
    return {name: np.where(MASK[..., None], values, np.nan).astype(np.float16) for name, values in made.items()}


def extremes(name: str, step: int) -> list[float]:
    """Return the smallest and the largest value of a signal up to a step."""
    values = np.stack([trace(earlier)[name] for earlier in range(step + 1)])
    return [float(np.nanmin(values)), float(np.nanmax(values))]


def write_step(directory: Path, step: int) -> None:
    signals = [
        {"name": name, "range": bounds, "extremes": extremes(name, step), "units": UNITS}
        for name, bounds in SIGNALS.items()
    ]
    layer = {
        "key": "gru",
        "cell": "GRU",
        "units": UNITS,
        "timesteps": TIMESTEPS,
        "masked": True,
        "signals": signals,
        "config": {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": False},
    }
    arrays = {f"signals/gru/{name}": values for name, values in trace(step).items()}
    arrays["inputs/gru"] = np.ones((SAMPLES, TIMESTEPS, 2), np.float16)
    arrays["initial_states/gru/hidden_state"] = np.zeros((SAMPLES, UNITS), np.float16)
    arrays["masks/gru"] = MASK
    arrays["weights/gru/kernel"] = np.full((2, 3 * UNITS), step, np.float16)
    arrays["weights/gru/recurrent_kernel"] = np.full((UNITS, 3 * UNITS), step, np.float16)
    arrays["predictions/output"] = np.full((SAMPLES, 1), step, np.float16)
    document = {"kind": "step", "step": step, "layers": [layer]}
    write_arrays(directory / f"step-{step:010d}.safetensors", arrays, document)


def write_probe(directory: Path) -> None:
    arrays = {
        "inputs/input": np.arange(SAMPLES * TIMESTEPS, dtype=np.int64).reshape(SAMPLES, TIMESTEPS),
        "annotations/vowel": np.array([[True, False, False, False], [False, True, False, False]]),
    }
    document = {
        "kind": "probe",
        "unit": "epoch",
        "sample_names": ["first", "second"],
        "tokens": [list("abcd"), list("defg")],
        "texts": {"targets/word": [["one"], ["two"]]},
    }
    write_arrays(directory / "probe.safetensors", arrays, document)


def statistics(values: NDArray[Any], bounds: list[int]) -> NDArray[np.float32]:
    """Return a signal's summary, `[time, statistic]`."""
    low, high = (0.1 * bounds[1] if bounds[0] == 0 else 0.9 * bounds[0]), 0.9 * bounds[1]
    rows = []
    for timestep in range(values.shape[1]):
        present = values[MASK[:, timestep], timestep].astype(np.float32).ravel()
        quantiles = np.quantile(present, [0.05, 0.25, 0.5, 0.75, 0.95])
        saturated = [(present < low).mean(), (present > high).mean()]
        rows.append([present.mean(), present.std(), present.min(), *quantiles, present.max(), *saturated, 0.0])
    return np.array(rows, np.float32)


@pytest.fixture(scope="session")
def proto(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the module that protoc makes of the page's message."""
    directory = tmp_path_factory.mktemp("proto")
    (directory / "page.proto").write_text(
        'syntax = "proto3";\npackage log_format_page;\n' + blocks(LOG_FORMAT, "proto")[0]
    )
    protoc = Path(sys.executable).parent / "protoc"
    subprocess.run([protoc, f"--proto_path={directory}", f"--python_out={directory}", "page.proto"], check=True)
    spec = importlib.util.spec_from_file_location("page_pb2", directory / "page_pb2.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def add_value(event: event_pb2.Event, tag: str, tensor: Any, data: Any) -> None:
    data.version = 1
    metadata = summary_pb2.SummaryMetadata(data_class=summary_pb2.DATA_CLASS_TENSOR)
    metadata.plugin_data.plugin_name = "rnn_timeline"
    metadata.plugin_data.content = data.SerializeToString()
    event.summary.value.add(tag=tag, tensor=tensor_util.make_tensor_proto(tensor), metadata=metadata)


def summary_event(step: int, proto: Any) -> event_pb2.Event:
    event = event_pb2.Event(step=step, wall_time=1.7e9 + step)
    tensors: dict[str, Any] = {}
    for name, values in trace(step).items():
        signal = proto.Signal(layer="gru", cell="GRU", name=name, units=UNITS, statistics=STATISTICS)
        tensors[f"signals/gru/{name}"] = statistics(values, SIGNALS[name])
        add_value(
            event, f"signals/gru/{name}", tensors[f"signals/gru/{name}"], proto.RnnTimelinePluginData(signal=signal)
        )
    tensors["logs/loss"] = np.float32(3.0 - step)
    add_value(event, "logs/loss", tensors["logs/loss"], proto.RnnTimelinePluginData(log=proto.Log(name="loss")))
    checksums = [
        [crc(tag.encode()), crc(struct.pack("<q", step) + tensor.tobytes())] for tag, tensor in tensors.items()
    ]
    data = proto.RnnTimelinePluginData(checksums=proto.Checksums())
    add_value(event, "checksums", np.array(checksums, np.int64), data)
    return event


@pytest.fixture
def written(tmp_path: Path, proto: Any) -> Path:
    """Write a run as the page says."""
    directory = tmp_path / "foreign" / "plugins" / "rnn_timeline"
    directory.mkdir(parents=True)
    write_probe(directory)
    writer = EventFileWriter(str(tmp_path / "foreign"))
    for step in range(STEPS):
        writer.add_event(summary_event(step, proto))
        write_step(directory, step)
    writer.close()
    return tmp_path / "foreign"


def test_open_run_reads_a_run_written_as_the_page_says(written: Path) -> None:
    run = open_run(written)
    assert run.steps == list(range(STEPS))
    assert run.unit == "epoch"
    for step in range(STEPS):
        for name, values in trace(step).items():
            np.testing.assert_array_equal(run.load("gru", name, step), values.astype(np.float32))
    mask = run.mask("gru", 0)
    assert mask is not None
    np.testing.assert_array_equal(mask, MASK)
    assert (run.weights("gru", 2)["reset_gate"].W == 2).all()
    assert run.probe.targets["word"].tolist() == [["one"], ["two"]]
    assert run.probe.tokens == [list("abcd"), list("defg")]
    assert run.annotation("vowel").sum() == 2
    assert np.isfinite(run.horizon("gru", 1)).all()
    signals = {signal.name: signal for signal in run.layers["gru"].signals}
    assert signals["candidate"].extremes == tuple(extremes("candidate", STEPS - 1))


@pytest.mark.parametrize("fast", ["true", "false"])
def test_tensorboard_shows_it(written: Path, fast: str) -> None:
    with tensorboard("--logdir", written.parent, f"--load_fast={fast}") as board:
        board.wait_for_runs("foreign")
        run = board.get("run", run="foreign").json()
        assert (run["steps"], run["problems"], run["logs"]) == ([0, 1, 2], [], {"loss": [3.0, 2.0, 1.0]})
        summary = board.get("summary", run="foreign", layer="gru", signal="candidate")
        served = safetensors.numpy.load(summary.body)
        for step in range(STEPS):
            expected = statistics(trace(step)["candidate"], SIGNALS["candidate"])
            np.testing.assert_array_equal(served["summary"][step], expected)


def test_a_summary_that_does_not_match_its_checksum_is_dropped(tmp_path: Path, proto: Any) -> None:
    """The page's checksums are those that readers verify."""
    directory = tmp_path / "foreign" / "plugins" / "rnn_timeline"
    directory.mkdir(parents=True)
    writer = EventFileWriter(str(tmp_path / "foreign"))
    for step in range(STEPS):
        event = summary_event(step, proto)
        if step == 1:
            event.summary.value[0].tensor.CopyFrom(tensor_util.make_tensor_proto(np.zeros((TIMESTEPS, 12), np.float32)))
        writer.add_event(event)
        write_step(directory, step)
    writer.close()
    with tensorboard("--logdir", tmp_path) as board:
        board.wait_for_runs("foreign")
        for signal, steps in (("update_gate", [0, 2]), ("reset_gate", [0, 1, 2])):
            summary = board.get("summary", run="foreign", layer="gru", signal=signal)
            assert safetensors.numpy.load(summary.body)["steps"].tolist() == steps


def read_arrays(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Read an array file as the page says, and verify everything that it says of it."""
    length = int.from_bytes(path.read_bytes()[:8], "little")
    assert length <= 16777216
    with safetensors.safe_open(path, "numpy") as file:
        metadata = file.metadata()
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    assert (metadata["format"], metadata["version"]) == ("rnn_timeline", "1")
    assert metadata.keys() == {"format", "version", "document", "document_crc32c"}
    assert metadata["document_crc32c"] == str(crc(metadata["document"].encode()))
    document: dict[str, Any] = json.loads(metadata["document"])
    assert document["arrays"].keys() == arrays.keys()
    for name, array in arrays.items():
        described = document["arrays"][name]
        rows = list(array) if array.ndim >= 3 else [array]
        assert (described["dtype"], described["shape"]) == (array.dtype.str, list(array.shape))
        assert described["crc32c"] == [crc(row.tobytes()) for row in rows]
    return arrays, document


def test_the_message_is_that_of_the_proto_file() -> None:
    source = (ROOT / "tb_rnn_plugin" / "log" / "proto" / "plugin_data.proto").read_text()
    messages = re.sub(r"^ *//.*\n", "", source[source.index("message") :], flags=re.MULTILINE)
    assert re.sub(r"\n+", "\n", messages) == re.sub(r"\n+", "\n", blocks(LOG_FORMAT, "proto")[0])


def test_our_run_reads_as_the_page_says(tmp_path: Path) -> None:
    run = write_run(tmp_path / "rnn", steps=2)
    directory = run / "plugins" / "rnn_timeline"
    names = ["probe.safetensors", "step-0000000000.safetensors", "step-0000000001.safetensors"]
    assert sorted(path.name for path in directory.iterdir()) == names
    arrays, document = read_arrays(directory / names[2])
    assert (document["kind"], document["step"], [layer["key"] for layer in document["layers"]]) == ("step", 1, ["lstm"])
    for signal in document["layers"][0]["signals"]:
        written = lstm_trace(1).signals[signal["name"]].astype(np.float16)
        np.testing.assert_array_equal(arrays[f"signals/lstm/{signal['name']}"], written)
    _, probe = read_arrays(directory / names[0])
    assert (probe["kind"], probe["unit"], probe["texts"]) == ("probe", "epoch", {})


def test_the_page_lists_every_field_and_array_that_we_write() -> None:
    text = LOG_FORMAT.read_text()
    arrays, document = read_arrays(ROOT / "tests/log/formats/v1/rnn/plugins/rnn_timeline/step-0000000001.safetensors")
    for layer in document["layers"]:
        for field in (*layer, *layer["signals"][0], *layer["config"]):
            assert f"`{field}`" in text, field
        for name in (name for name in arrays if name.split("/")[1] == layer["key"]):
            assert f"`{name.split('/')[0]}/<key>" in text, name
    assert ", ".join(f"`{name}`" for name in STATISTICS) in " ".join(text.split())
    assert re.findall(r"now \*\*(\d+)\*\*", text) == ["1"]
