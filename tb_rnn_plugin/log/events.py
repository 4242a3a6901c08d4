"""Appends events to a TensorBoard event file, atomically."""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from pathlib import Path

import google_crc32c
from tensorboard.compat.proto import event_pb2

_PREFIX = "events.out.tfevents."
_STAMP = re.compile(re.escape(_PREFIX) + r"(\d+)\.")


class EventFile:
    """One event file of a run. The first `append` creates it.

    TensorBoard's own writer passes events to a thread that dies at the first failed write. On a full disk it leaves
    half a record behind, and readers see nothing after it. This writer writes synchronously, and truncates the file to
    its previous length when a write fails.

    Args:
        directory: The run's directory.
    """

    def __init__(self, directory: Path) -> None:
        # TensorBoard reads a run's files in the order of their names and never returns to an earlier one, so a new file
        # must sort last even if the clock was set back.
        names = [path.name for path in directory.glob(f"{_PREFIX}*")]
        latest = max((int(match[1]) for name in names if (match := _STAMP.match(name))), default=-1)
        started = max(int(time.time()), latest + 1)
        unique = f"{socket.gethostname()}.{os.getpid()}.{time.monotonic_ns()}"
        self.path = directory / f"{_PREFIX}{started:010d}.{unique}.v2"

    def append(self, event: event_pb2.Event) -> None:
        """Write one event, unbuffered.

        Raises:
            OSError: the event cannot be written; the file is unchanged.
        """
        records = _record(event)
        if not self.path.exists():
            version = event_pb2.Event(wall_time=event.wall_time, file_version="brain.Event:2")
            # For resumed runs: TensorBoard then discards later steps of earlier files.
            start = event_pb2.Event(
                wall_time=event.wall_time,
                step=event.step,
                session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START),
            )
            records = _record(version) + _record(start) + records
        with self.path.open("ab", buffering=0) as file:
            end = file.tell()
            try:
                written = file.write(records)
                if written != len(records):
                    raise OSError(f"Only {written} of {len(records)} bytes could be written to {self.path}.")
            except OSError:
                file.truncate(end)
                raise


def _record(event: event_pb2.Event) -> bytes:
    """Return an event as a TFRecord: length, masked CRC-32C of the length, data, masked CRC-32C of the data."""
    data: bytes = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    return b"".join((length, _masked_crc(length), data, _masked_crc(data)))


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
