"""The plugin's entry point, as TensorBoard calls it when it starts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.data_ingester import _parse_event_files_spec
from tensorboard.plugins import base_plugin

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.server.loader import SAMPLES, RNNTimelineLoader
from tb_rnn_plugin.server.runs import RunDirectories, parse_logdir_spec


def fixed(samples: object) -> object:
    flags = argparse.Namespace(samples_per_plugin=samples)
    RNNTimelineLoader().fix_flags(flags)
    return flags.samples_per_plugin


def test_more_steps_are_kept_unless_the_user_sets_how_many() -> None:
    assert fixed({}) == {"rnn_timeline": SAMPLES}
    assert fixed({"scalars": 5}) == {"scalars": 5, "rnn_timeline": SAMPLES}
    assert fixed({"rnn_timeline": 0}) == {"rnn_timeline": 0}
    assert fixed(None) is None


def test_a_plugin_that_cannot_be_loaded_does_not_stop_tensorboard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "tb_rnn_plugin.server.plugin", None)
    assert RNNTimelineLoader().load(base_plugin.TBContext()) is None
    assert "TensorBoard starts without it" in caplog.text


@pytest.mark.parametrize(
    "spec",
    ["/logs", "mine:/logs", "a:/x,b:/y", "/with:colon", "mine:/with:colon", "gs://bucket/x", "mine:gs://bucket/x", ""],
)
def test_logdir_spec_is_read_as_tensorboard_reads_it(spec: str) -> None:
    theirs = [(name, Path(path)) for path, name in _parse_event_files_spec(spec or None).items()]
    assert parse_logdir_spec(spec) == theirs


@pytest.mark.parametrize(
    ("logdir", "spec"), [("file://{}", None), ("file://localhost{}", None), (None, "file://{}"), ("{}", None)]
)
def test_a_file_address_is_the_plain_path(tmp_path: Path, logdir: str | None, spec: str | None) -> None:
    traces = layout.trace_directory(tmp_path / "run")
    traces.mkdir(parents=True)
    found = RunDirectories(None, logdir and logdir.format(tmp_path), spec and spec.format(tmp_path))
    assert found.with_traces(["run"]) == {"run": traces}


def test_nothing_is_read_from_a_local_directory_called_as_a_scheme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    layout.trace_directory(tmp_path / "gs:" / "b" / "run").mkdir(parents=True)
    assert RunDirectories(None, "gs://b", None).with_traces(["run"]) == {}
