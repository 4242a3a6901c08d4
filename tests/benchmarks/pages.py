"""A TensorBoard with a run of many steps, and a page on it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Frame, ViewportSize

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.writer import RunWriter
from tests.benchmarks.serving import wait_for_summaries
from tests.browser import chromium
from tests.browser.tab import Tab
from tests.runs import lstm_trace, probe
from tests.tensorboard_process import TensorBoard, tensorboard

RUN = "run/rnn"
VIEWPORT = ViewportSize(width=1920, height=1080)


@contextmanager
def board(steps: int, *, samples: int, timesteps: int, units: int, written: int | None = None) -> Iterator[TensorBoard]:
    """Run TensorBoard on one run of one layer.

    If only some steps are `written`, the others are links to their trace files, without summaries.
    """
    written = steps if written is None else written
    with tempfile.TemporaryDirectory() as directory:
        run = Path(directory) / RUN
        writer = RunWriter(run)
        writer.write_probe(probe(samples, timesteps))
        traces = layout.trace_directory(run)
        for step in range(steps):
            if step < written:
                logs = {"loss": 3 / (1 + step), "val_loss": 3.1 / (1 + step)}
                writer.write_step(step, [lstm_trace(step, samples, timesteps, units)], logs=logs)
            else:
                os.link(traces / layout.step_file(step % written), traces / layout.step_file(step))
        with tensorboard("--logdir", directory) as started:
            started.wait_for_runs(RUN)
            wait_for_summaries(started, written)
            yield started


@contextmanager
def page_on(address: str) -> Iterator[Tab]:
    with chromium.launched(headless_shell=False) as browser:
        yield Tab(browser.new_page(viewport=VIEWPORT), address)


def plugin(tab: Tab) -> Frame:
    """Return the plugin's frame, once it has lanes."""
    tab.lanes.first.wait_for()
    return next(frame for frame in tab.page.frames if frame.url.endswith("name=rnn_timeline"))
