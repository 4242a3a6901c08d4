"""A log directory with valid runs, and links to files outside of it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import lstm_trace, probe, write_run
from tests.server.application import CANARY
from tests.server.runs import MASK, step_path, write_explained_run, write_scored_run, write_uneven_run

ENTICING = ["../../outside.txt", "/etc/passwd", "link.txt", "../linked/rnn", "step-0000000000.safetensors"]

ARABIC_ZERO = "\u0660"
"""Python counts it as a digit."""


def write_logs(root: Path) -> Path:
    """Write `root / "logs"`, and beside it files that must not be served; return the log directory."""
    logs, outside = root / "logs", root / "outside"
    write_run(logs / "plain" / "rnn")
    write_run(logs / "masked" / "rnn", mask=MASK)
    write_uneven_run(logs / "uneven" / "rnn")
    write_scored_run(logs / "scored" / "rnn")
    write_explained_run(logs / "explained" / "rnn")
    write_secret_run(outside / "rnn")
    (root / "outside.txt").write_text(CANARY)
    (logs / "secret.txt").write_text(CANARY)
    link_out(logs, outside / "rnn")
    return logs


def write_secret_run(directory: Path) -> None:
    """Write a run with the canary in every text."""
    writer = RunWriter(directory)
    secret = [f"{CANARY} {i}" for i in range(3)]
    writer.write_probe(replace(probe(), sample_names=secret, tokens=[[CANARY] * 12] * 3))
    trace = lstm_trace(0)
    signals = {**trace.signals, CANARY: trace.signals["candidate"]}
    writer.write_step(0, [replace(trace, cell=CANARY, signals=signals)], logs={CANARY: 1.0})


def link_out(logs: Path, secret: Path) -> None:
    """Make runs whose files, or the directories that hold them, are links, absolute and relative."""
    traces = write_run(logs / "linked-files" / "rnn") / "plugins" / "rnn_timeline"
    for step, target in enumerate([step_path(secret, 0), Path(os.path.relpath(step_path(secret, 0), traces))], start=5):
        step_path(logs / "linked-files" / "rnn", step).symlink_to(target)
    (traces / "probe.safetensors").unlink()
    (traces / "probe.safetensors").symlink_to(secret / "plugins" / "rnn_timeline" / "probe.safetensors")
    step_path(logs / "linked-files" / "rnn", 7).symlink_to(logs / "secret.txt")
    step_path(logs / "linked-files" / "rnn", 8).symlink_to(step_path(logs / "linked-files" / "rnn", 8))
    for name, depth in (("linked-traces", 1), ("linked-plugins", 0)):
        events = write_run(logs / name / "rnn", steps=1)
        parts = ["plugins", "rnn_timeline"][: depth + 1]
        place = events.joinpath(*parts)
        place.rename(events / "before")
        place.symlink_to(secret.joinpath(*parts), target_is_directory=True)
    odd = logs / "odd" / "rnn"
    write_run(odd, steps=1)
    os.mkfifo(step_path(odd, 1))
    step_path(odd, 2).mkdir()
    step_path(odd, 3).touch(mode=0)
    step_path(odd, 10**12 - 1).write_bytes(step_path(odd, 0).read_bytes())
    big = step_path(odd, 0)
    big.with_name(f"step-{'9' * 40}.safetensors").write_bytes(big.read_bytes())
    big.with_name(f"step-{ARABIC_ZERO * 10}.safetensors").write_bytes(big.read_bytes())
