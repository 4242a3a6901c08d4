"""Files are written whole or not at all, and a damaged one is refused, never shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin.log import array_writer
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NewerFormatError, UnreadableFileError
from tb_rnn_plugin.log.step_file import read_layers

VALUES = np.arange(60, dtype=np.float16).reshape(3, 4, 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "step-0000000007.safetensors"
    array_writer.write(path, {"signals/lstm/h": VALUES, "weights/lstm/kernel": VALUES[0]}, {"step": 7})
    return path


def test_a_row_is_that_row(path: Path) -> None:
    file = ArrayFile(path)
    assert file.field("step") == 7
    np.testing.assert_array_equal(file.read("signals/lstm/h", 1), VALUES[1])
    np.testing.assert_array_equal(file.read("weights/lstm/kernel", 2), VALUES[0, 2])
    np.testing.assert_array_equal(file.read("signals/lstm/h"), VALUES)


def test_a_file_that_is_replaced_is_read_and_told_apart_as_it_was(path: Path) -> None:
    opened = ArrayFile(path)
    before = path.stat()
    values = opened.read(opened.names[0])
    array_writer.write(path, {opened.names[0]: np.zeros(1)}, {"kind": "other"})
    assert (opened.status.st_ino, opened.status.st_size) == (before.st_ino, before.st_size)
    assert opened.status.st_ino != path.stat().st_ino
    np.testing.assert_array_equal(opened.read(opened.names[0]), values)


def test_every_flipped_byte_is_noticed_or_harmless(path: Path) -> None:
    sound = path.read_bytes()
    for position in range(len(sound)):
        path.write_bytes(sound[:position] + bytes([sound[position] ^ 0x10]) + sound[position + 1 :])
        try:
            file = ArrayFile(path)
            read = file.read("signals/lstm/h"), file.read("weights/lstm/kernel")
        except LogError:
            continue
        np.testing.assert_array_equal(read[0], VALUES, err_msg=f"byte {position}")
        np.testing.assert_array_equal(read[1], VALUES[0], err_msg=f"byte {position}")
        assert file.field("step") == 7


def test_an_array_that_the_header_has_lost_is_damage(path: Path) -> None:
    """Not one that was never there: a reader goes on with the files that are whole."""
    path.write_bytes(path.read_bytes().replace(b'"signals/lstm/h":', b'"signals/lstm/i":', 1))
    with pytest.raises(UnreadableFileError, match=r"does not describe its arrays .*signals/lstm/h"):
        ArrayFile(path).read("signals/lstm/h")


def test_every_truncation_is_noticed(path: Path) -> None:
    sound = path.read_bytes()
    for length in range(len(sound)):
        path.write_bytes(sound[:length])
        with pytest.raises(UnreadableFileError, match="truncated or damaged"):
            ArrayFile(path)


def test_a_header_that_lies_about_its_size_is_refused_before_allocation(path: Path) -> None:
    path.write_bytes((2**62).to_bytes(8, "little") + path.read_bytes()[8:])
    with pytest.raises(UnreadableFileError):
        ArrayFile(path)


def test_a_newer_format_is_refused_by_name(path: Path) -> None:
    metadata = {"format": "rnn_timeline", "version": "2", "document": "{}"}
    path.write_bytes(safetensors.numpy.save({"x": VALUES}, metadata))
    with pytest.raises(NewerFormatError, match=r"log format 2, .* reads formats up to 1: upgrade"):
        ArrayFile(path)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"format": "rnn_timeline", "version": "one"}])
def test_somebody_elses_file_is_refused(path: Path, metadata: dict[str, str] | None) -> None:
    path.write_bytes(safetensors.numpy.save({"x": VALUES}, metadata))
    with pytest.raises(UnreadableFileError):
        ArrayFile(path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        array_writer.write(path, {"signals/lstm/h": VALUES * 2}, {"step": 8})
    assert list(path.parent.iterdir()) == [path]
    np.testing.assert_array_equal(ArrayFile(path).read("signals/lstm/h"), VALUES)


def test_a_reader_meanwhile_sees_the_old_file_or_the_new(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    replace: Callable[[Path, Path], Path] = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(float(ArrayFile(target).read("signals/lstm/h")[0, 0, 1]))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    array_writer.write(path, {"signals/lstm/h": VALUES * 2}, {"step": 8})
    seen.append(float(ArrayFile(path).read("signals/lstm/h")[0, 0, 1]))
    assert seen == [1.0, 2.0]


def test_no_file_is_mistaken_for_an_event_file(path: Path) -> None:
    assert not re.search("tfevents", path.name)


def test_a_document_without_what_is_needed_is_said(path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="has no field 'layers'"):
        read_layers(ArrayFile(path))
    array_writer.write(path, {}, {"layers": [{"key": "lstm"}]})
    with pytest.raises(UnreadableFileError, match="its layers are not described"):
        read_layers(ArrayFile(path))
