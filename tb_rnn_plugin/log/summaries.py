"""Builds and verifies the summaries of the event file: tags, plugin data, and the event of one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import google_crc32c
import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.util import tensor_util

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.proto.plugin_data_pb2 import Checksums, Log, RnnTimelinePluginData, Signal
from tb_rnn_plugin.log.schema import Array, LayerTrace, logged_signals
from tb_rnn_plugin.log.statistics import STATISTICS, summarize

CHECKSUMS_TAG = "checksums"
"""TensorBoard's fast reader does not verify the records of an event file, so every event carries its own checksums."""


def signal_tag(layer: str, signal: str) -> str:
    """Return the tag of a signal's summary."""
    return f"signals/{layer}/{signal}"


def log_tag(name: str) -> str:
    """Return the tag of one of Keras' logs."""
    return f"logs/{name}"


def parse_plugin_data(content: bytes) -> RnnTimelinePluginData | None:
    """Return a summary's plugin data, or None if it is invalid or written by a later version."""
    try:
        data = RnnTimelinePluginData.FromString(content)
    except DecodeError:
        return None
    return data if data.version <= layout.VERSION else None


def step_event(step: int, wall_time: float, layers: Iterable[LayerTrace], logs: Mapping[str, float]) -> event_pb2.Event:
    """Return one event with the summaries of all signals of all layers, and Keras' logs.

    Args:
        step: The epoch index, or the global batch index.
        wall_time: Seconds since the Unix epoch.
        layers: The traces to summarize.
        logs: Keras' logs; entries that are not scalars are left out.
    """
    event = event_pb2.Event(step=step, wall_time=wall_time)
    for layer in layers:
        for name, values in logged_signals(layer).items():
            signal = Signal(layer=layer.key, cell=layer.cell, name=name, units=values.shape[2], statistics=STATISTICS)
            summary = summarize(values, layer.mask, layer.ranges.get(name))
            _add(event, signal_tag(layer.key, name), summary, RnnTimelinePluginData(signal=signal))
    for name, value in logs.items():
        if np.ndim(value) == 0:
            _add(event, log_tag(name), np.float32(value), RnnTimelinePluginData(log=Log(name=name)))
    written = [(value.tag, tensor_util.make_ndarray(value.tensor)) for value in event.summary.value]
    checksums = [(_checksum_of_tag(tag), _checksum(step, values)) for tag, values in written]
    data = RnnTimelinePluginData(checksums=Checksums())
    _add(event, CHECKSUMS_TAG, np.array(checksums, np.int64).reshape(-1, 2), data)
    return event


def drop_corrupt(
    tag: str, data: Sequence[tuple[int, Array]], checksums: Sequence[tuple[int, Array]]
) -> list[tuple[int, Array]]:
    """Return a tag's events without those that do not match their checksum.

    Args:
        tag: The tag.
        data: Step and tensor of each event of the tag.
        checksums: Step and tensor of each event of `CHECKSUMS_TAG`. An event without a checksum, as in older logs,
            counts as valid.
    """
    tag_checksum, checksums_by_step = _checksum_of_tag(tag), dict(checksums)

    def is_valid(step: int, values: Array) -> bool:
        at_step = checksums_by_step.get(step)
        if at_step is None or at_step.dtype != np.int64 or at_step.shape[1:] != (2,):
            return True
        expected = at_step[at_step[:, 0] == tag_checksum, 1]
        return expected.size == 0 or bool(expected[0] == _checksum(step, values))

    return [(step, values) for step, values in data if is_valid(step, values)]


def _checksum_of_tag(tag: str) -> int:
    return int(google_crc32c.value(tag.encode(errors="replace")))


def _checksum(step: int, values: Array) -> int:
    little_endian = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return int(google_crc32c.value(step.to_bytes(8, "little", signed=True) + little_endian.tobytes()))


def _add(event: event_pb2.Event, tag: str, values: object, data: RnnTimelinePluginData) -> None:
    data.version = layout.VERSION
    # TensorBoard takes a tag's metadata from the first event it reads and hides tags without a data class. Any event
    # may be that first one, so every event carries all metadata.
    metadata = summary_pb2.SummaryMetadata(data_class=summary_pb2.DATA_CLASS_TENSOR)
    metadata.plugin_data.plugin_name = layout.PLUGIN_NAME
    metadata.plugin_data.content = data.SerializeToString()
    event.summary.value.add(tag=tag, tensor=tensor_util.make_tensor_proto(values), metadata=metadata)
