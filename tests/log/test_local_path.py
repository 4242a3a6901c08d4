"""The directory that an address means."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

import pytest

from tb_rnn_plugin.log.local_path import local_path


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("logs/run-1", "logs/run-1"),
        ("/logs/a:b/run", "/logs/a:b/run"),
        ("lr=0.1:units=3/x", "lr=0.1:units=3/x"),
        ("./gs:/b", "gs:/b"),
        ("file:///logs/run 1", "/logs/run 1"),
        ("FILE:///logs", "/logs"),
        ("file://localhost/logs", "/logs"),
        (Path("file:///logs/run"), "/logs/run"),
        ("file:///a%20b", "/a%20b"),
        (r"C:\logs\run", r"C:\logs\run"),
        ("C:/logs/run", "C:/logs/run"),
        (b"logs/run", "logs/run"),
    ],
    ids=str,
)
def test_the_local_path(address: str | Path, path: str) -> None:
    assert local_path(address, "log_dir") == Path(path)


def test_the_home_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert local_path("~/logs", "log_dir") == tmp_path / "logs"
    assert local_path(Path("~"), "log_dir") == tmp_path


@pytest.mark.parametrize(
    "address",
    [
        "gs://b/run",
        "s3://b/run",
        "hdfs://n:9/run",
        "az://c",
        "memory://x",
        "dbfs:/mnt/x",
        Path("gs://b/run"),
        b"s3://b",
    ],
    ids=str,
)
def test_an_address_elsewhere_is_refused(address: str | Path) -> None:
    scheme = os.fsdecode(address).partition(":")[0]
    with pytest.raises(ValueError, match=rf"^log_dir must be a local or mounted .*{scheme}://? ?.*supported yet"):
        local_path(address, "log_dir")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("file://server/logs", "names the machine 'server'.*file:///server/logs"),
        ("file://logs", "names the machine 'logs'.*file:///logs"),
        ("~nobody-of-this-name/logs", "home directory is not known"),
    ],
)
def test_another_machine_or_user_is_refused(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        local_path(address, "log_dir")


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(TypeError, match="log_dir must be a path, got int"):
        local_path(3, "log_dir")  # type: ignore[arg-type]


def test_a_windows_path_object() -> None:
    assert local_path(PureWindowsPath(r"C:\logs"), "log_dir") == Path(r"C:\logs")
