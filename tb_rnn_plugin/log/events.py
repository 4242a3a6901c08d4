"""Appends events to a TensorBoard event file, each whole or not at all."""

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
    """One event file of a run; it is created when the first event is appended.

    TensorBoard's own writer hands events to a thread that dies with the first failed write, and leaves half a record
    behind on a full disk, after which a reader sees nothing more. This one writes when called, and takes a failed
    write back.

    Args:
        directory: The run's directory.
    """

    def __init__(self, directory: Path) -> None:
        # TensorBoard reads a run's files in the order of their names and does not turn back, whatever the clock did.
        names = [path.name for path in directory.glob(f"{_PREFIX}*")]
        latest = max((int(match[1]) for name in names if (match := _STAMP.match(name))), default=-1)
        started = max(int(time.time()), latest + 1)
        unique = f"{socket.gethostname()}.{os.getpid()}.{time.monotonic_ns()}"
        self.path = directory / f"{_PREFIX}{started:010d}.{unique}.v2"

    def append(self, event: event_pb2.Event) -> None:
        """Write one event through to the operating system.

        Raises:
            OSError: it cannot be written; the file is as it was.
        """
        records = _record(event)
        if not self.path.exists():
            version = event_pb2.Event(wall_time=event.wall_time, file_version="brain.Event:2")
            # A run that was resumed: TensorBoard forgets what earlier files have of later steps.
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
    """Frame an event: length, its masked CRC-32C, data, its masked CRC-32C (TensorFlow's record format)."""
    data: bytes = event.SerializeToString()
    length = struct.pack("<Q", len(data))
    return b"".join((length, _masked_crc(length), data, _masked_crc(data)))


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
