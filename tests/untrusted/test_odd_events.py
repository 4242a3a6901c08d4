"""Event files with other data under the plugin's name and tags: the run is shown nevertheless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.util import tensor_util

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.events import EventFile
from tb_rnn_plugin.log.proto.plugin_data_pb2 import Log, RnnTimelinePluginData, Signal
from tests.runs import write_run
from tests.server.application import Application
from tests.tensorboard_process import TensorBoard, tensorboard


def tensor(dtype: int, shape: list[int], **values: object) -> tensor_pb2.TensorProto:
    proto = tensor_pb2.TensorProto(dtype=dtype, **values)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


FLOAT = types_pb2.DT_FLOAT
TENSORS = {
    "text": tensor_util.make_tensor_proto("loss"),
    "texts": tensor_util.make_tensor_proto(np.array([b"a", b"b"], object)),
    "vector": tensor_util.make_tensor_proto(np.zeros(3, np.float32)),
    "five axes": tensor_util.make_tensor_proto(np.zeros((1, 2, 1, 2, 1), np.float32)),
    "complex": tensor_util.make_tensor_proto(np.zeros((12, 12), np.complex64)),
    "bool": tensor_util.make_tensor_proto(np.zeros((12, 12), np.bool_)),
    "nothing": tensor_util.make_tensor_proto(np.zeros((0, 12), np.float32)),
    "nan": tensor_util.make_tensor_proto(np.float32("nan")),
    "infinite": tensor_util.make_tensor_proto(np.full((12, 12), np.inf)),
    "huge numbers": tensor_util.make_tensor_proto(np.full((12, 12), 1e300)),
    "no such dtype": tensor(99, []),
    "no dtype": tensor(0, []),
    "bfloat16": tensor(types_pb2.DT_BFLOAT16, [2, 2], tensor_content=b"\0" * 8),
    "resource": tensor(types_pb2.DT_RESOURCE, []),
    "fewer bytes": tensor(FLOAT, [12, 12], tensor_content=b"\0" * 7),
    "more values": tensor(FLOAT, [2], float_val=[1.0, 2.0, 3.0]),
    "no values": tensor(FLOAT, [12, 12]),
    "negative": tensor(FLOAT, [-1, 3], float_val=[1.0]),
    "larger than any memory": tensor(FLOAT, [2**50], float_val=[1.0]),
    "overflowing": tensor(FLOAT, [2**62, 2**62], float_val=[1.0]),
}
"""Without a shape that just fits into memory: TensorBoard itself would allocate it."""


def log(name: str, version: int = layout.VERSION) -> bytes:
    data: bytes = RnnTimelinePluginData(version=version, log=Log(name=name)).SerializeToString()
    return data


CONTENTS = {
    "no proto": b"\xff" * 40,
    "empty": b"",
    "half a proto": log("half a proto")[:-3],
    "another name": log("loss"),
    "of a later version": log("of a later version", 2**31 - 1),
    "a name that is no text": b"\x08\x01\x1a\x04\x0a\x02\xff\xff",
    "json": b'{"version": 1}',
    "long": log("x" * 100_000),
    "a signal": RnnTimelinePluginData(version=1, signal=Signal(layer="a" * 9_000, units=-1)).SerializeToString(),
}
"""Contents of the metadata of a summary."""


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("odd-events")
    run = write_run(logdir / "odd" / "rnn", steps=2)
    [events] = run.glob("events.out.tfevents.*")
    more = EventFile(run)
    more.path = events
    for step in (2, 3):
        event = event_pb2.Event(step=step, wall_time=step)
        for name, proto in TENSORS.items():
            add(event, f"logs/{name}", proto, log(name))
            add(event, f"signals/lstm/{name}", proto, b"")
        for name, content in CONTENTS.items():
            add(event, f"logs/{name}", tensor_util.make_tensor_proto(np.float32(1)), content)
        # Also under tags that already hold valid data.
        add(event, "logs/loss", TENSORS["text"], b"")
        add(event, "signals/lstm/candidate", TENSORS["five axes"], b"")
        more.append(event)
    return logdir


def add(event: event_pb2.Event, tag: str, proto: tensor_pb2.TensorProto, content: bytes) -> None:
    metadata = summary_pb2.SummaryMetadata(data_class=summary_pb2.DATA_CLASS_TENSOR)
    metadata.plugin_data.plugin_name = layout.PLUGIN_NAME
    metadata.plugin_data.content = content
    event.summary.value.add(tag=tag, tensor=proto, metadata=metadata)


@pytest.fixture(scope="module")
def board(logdir: Path) -> Iterator[TensorBoard]:
    with tensorboard("--logdir", logdir) as board:
        board.wait_for_runs("odd/rnn")
        yield board


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_run_is_shown_with_pythons_reader(logdir: Path) -> None:
    application = Application(logdir)
    assert application.ask("run", {"run": "odd/rnn"}).status == 200
    for name in TENSORS:
        answer = application.ask("summary", {"run": "odd/rnn", "layer": "lstm", "signal": name})
        assert answer.status in (200, 404)
    sound = application.ask("summary", {"run": "odd/rnn", "layer": "lstm", "signal": "candidate"})
    assert b'"shape":[2,12,12]' in sound.body


@pytest.mark.slow
def test_the_run_is_shown_with_the_fast_reader(board: TensorBoard) -> None:
    answer = board.get("run", run="odd/rnn")
    assert answer.status == 200
    run = answer.json()
    assert run["logs"]["loss"] == [3.0, 2.5]
    assert len(run["problems"]) >= 3, "each log that cannot be read costs itself and a sentence"
    assert all(len(problem) < 2_100 for problem in run["problems"])


@pytest.mark.parametrize("name", TENSORS)
def test_other_data_than_a_summary_is_refused(board: TensorBoard, name: str) -> None:
    answer = board.get("summary", run="odd/rnn", layer="lstm", signal=name)
    assert answer.status == (200 if name in ("bool", "infinite", "huge numbers") else 404) or name in EITHER, (
        answer.body
    )
    assert answer.status == 200 or answer.headers["Content-Type"].startswith("text/plain")


EITHER = ("nothing", "no values")


def test_valid_summaries_are_read_beside_others(board: TensorBoard) -> None:
    body = board.get("summary", run="odd/rnn", layer="lstm", signal="candidate").body
    assert b'"shape":[2,12,12]' in body
