"""The plugin's entry point, as TensorBoard calls it when it starts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.data_ingester import _parse_event_files_spec
from tensorboard.plugins import base_plugin

from tb_rnn_plugin.server.loader import SAMPLES, RNNTimelineLoader
from tb_rnn_plugin.server.runs import parse_logdir_spec


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
