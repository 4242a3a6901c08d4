"""Files are written atomically, and a damaged file raises instead of returning wrong values."""

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


def test_an_open_file_keeps_its_content_and_status_after_it_is_replaced(path: Path) -> None:
    opened = ArrayFile(path)
    before = path.stat()
    values = opened.read(opened.names[0])
    array_writer.write(path, {opened.names[0]: np.zeros(1)}, {"kind": "other"})
    assert (opened.status.st_ino, opened.status.st_size) == (before.st_ino, before.st_size)
    assert opened.status.st_ino != path.stat().st_ino
    np.testing.assert_array_equal(opened.read(opened.names[0]), values)


def test_every_flipped_bit_is_detected_or_harmless(path: Path) -> None:
    intact = path.read_bytes()
    for position in range(len(intact)):
        path.write_bytes(intact[:position] + bytes([intact[position] ^ 0x10]) + intact[position + 1 :])
        try:
            file = ArrayFile(path)
            read = file.read("signals/lstm/h"), file.read("weights/lstm/kernel")
        except LogError:
            continue
        np.testing.assert_array_equal(read[0], VALUES, err_msg=f"byte {position}")
        np.testing.assert_array_equal(read[1], VALUES[0], err_msg=f"byte {position}")
        assert file.field("step") == 7


def test_an_array_missing_from_the_header_is_damage(path: Path) -> None:
    """It raises `UnreadableFileError`, not `NotInLogError`, so that readers skip only this file."""
    path.write_bytes(path.read_bytes().replace(b'"signals/lstm/h":', b'"signals/lstm/i":', 1))
    with pytest.raises(UnreadableFileError, match=r"does not describe its arrays .*signals/lstm/h"):
        ArrayFile(path).read("signals/lstm/h")


def test_every_truncation_is_detected(path: Path) -> None:
    intact = path.read_bytes()
    for length in range(len(intact)):
        path.write_bytes(intact[:length])
        with pytest.raises(UnreadableFileError, match="truncated or damaged"):
            ArrayFile(path)


def test_a_forged_header_length_is_refused_before_allocation(path: Path) -> None:
    path.write_bytes((2**62).to_bytes(8, "little") + path.read_bytes()[8:])
    with pytest.raises(UnreadableFileError):
        ArrayFile(path)


def test_the_error_of_a_newer_format_names_its_version(path: Path) -> None:
    metadata = {"format": "rnn_timeline", "version": "2", "document": "{}"}
    path.write_bytes(safetensors.numpy.save({"x": VALUES}, metadata))
    with pytest.raises(NewerFormatError, match=r"log format 2, .* reads formats up to 1: upgrade"):
        ArrayFile(path)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"format": "rnn_timeline", "version": "one"}])
def test_a_file_of_another_format_is_refused(path: Path, metadata: dict[str, str] | None) -> None:
    path.write_bytes(safetensors.numpy.save({"x": VALUES}, metadata))
    with pytest.raises(UnreadableFileError):
        ArrayFile(path)


def test_a_failed_write_leaves_only_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        array_writer.write(path, {"signals/lstm/h": VALUES * 2}, {"step": 8})
    assert list(path.parent.iterdir()) == [path]
    np.testing.assert_array_equal(ArrayFile(path).read("signals/lstm/h"), VALUES)


def test_a_concurrent_reader_sees_the_old_file_or_the_new_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    replace: Callable[[Path, Path], Path] = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(float(ArrayFile(target).read("signals/lstm/h")[0, 0, 1]))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    array_writer.write(path, {"signals/lstm/h": VALUES * 2}, {"step": 8})
    seen.append(float(ArrayFile(path).read("signals/lstm/h")[0, 0, 1]))
    assert seen == [1.0, 2.0]


def test_no_file_name_contains_tfevents(path: Path) -> None:
    assert not re.search("tfevents", path.name)


def test_an_incomplete_document_raises(path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="has no field 'layers'"):
        read_layers(ArrayFile(path))
    array_writer.write(path, {}, {"layers": [{"key": "lstm"}]})
    with pytest.raises(UnreadableFileError, match="its layers are not described correctly"):
        read_layers(ArrayFile(path))
