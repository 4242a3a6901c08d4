"""The demo's printed summary of its runs agrees with `open_run`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo.story import ANNOTATION, print_summary
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import lstm_trace, probe


def test_the_worst_finding_and_the_best_detector(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = lstm_trace(0)
    flags = np.random.default_rng(3).random((3, 12)) < 0.4
    signals = dict(trace.signals)
    signals["forget_gate"] = np.full_like(signals["forget_gate"], 0.99)
    signals["candidate"][:, :, 2] = np.where(flags, 0.9, -0.9)
    writer = RunWriter(tmp_path / "one" / "rnn")
    writer.write_probe(replace(probe(), annotations={ANNOTATION: flags}))
    writer.write_step(4, [replace(trace, signals=signals)])
    print_summary(tmp_path, ["one"])
    printed = capsys.readouterr().out
    assert "one, after epoch 4" in printed
    assert "Forget gate: 5 of 5 units are above 0.9" in printed
    assert "unit 2, candidate, AUC 1.00, above chance" in printed
