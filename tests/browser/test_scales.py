"""The colours of a signal without a range: typical values by default, what lies beyond marked, extremes on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tb_rnn_plugin.log.writer import RunWriter
from tests.browser import logdir
from tests.browser.growing import Growing
from tests.browser.logdir import TIMESTEPS
from tests.browser.numbers import MINUS
from tests.browser.tab import Tab
from tests.runs import lstm_trace

pytestmark = pytest.mark.alone

RUN = "outlier/rnn"
UNITS, OUTLIER, LARGE = 12, 5, 48.6

COLOURS = """(canvas, rows) => Array.from({ length: rows }, (_, row) => {
    const pen = canvas.getContext("2d");
    const y = Math.floor((row + 0.5) / rows * canvas.height);
    const pixels = pen.getImageData(0, y, canvas.width, 1).data;
    return new Set(Array.from({ length: canvas.width }, (_, x) => pixels.slice(4 * x, 4 * x + 3).join())).size;
})"""


@pytest.fixture(scope="module")
def address(growing: Growing) -> str:
    """Write cell states within ±2, but for those of one unit; four steps."""
    writer = RunWriter(growing.logs / RUN)
    writer.write_probe(logdir.probe())
    for step in range(4):
        trace = lstm_trace(step, logdir.SAMPLES, TIMESTEPS, UNITS)
        cell = np.clip(trace.signals["cell_state"] / 10, -2, 2)
        cell[..., OUTLIER] = LARGE * np.sign(cell[..., OUTLIER])
        writer.write_step(step, [replace(trace, signals={**trace.signals, "cell_state": cell})], logs={"loss": 1.0})
    growing.wait_for_runs(RUN)
    return growing.address


def ends(lane: Locator) -> list[str]:
    return lane.locator(".ends span").all_inner_texts()


def test_one_unit_does_not_blank_the_others(open_tab: Callable[[str], Tab], address: str) -> None:
    tab = open_tab(address).open(run=RUN, step=3)
    tab.expect_step(3)
    lane = tab.lane("cell_state")
    assert ends(lane) == [f"≤ {MINUS}2", "≥ 2"]
    share = lane.locator(".beyond")
    expect(share).to_have_text(f"{100 / UNITS:.1f} %")
    expect(lane.locator(".legend i")).to_have_count(2)
    colours = lane.locator("canvas").evaluate(COLOURS, UNITS)
    assert colours.pop(OUTLIER) == 2  # Below the scale, and above it.
    assert min(colours) > 5
    tab.focus()
    tab.page.keyboard.press("Home")
    tab.expect_step(0)
    assert ends(lane) == [f"≤ {MINUS}2", "≥ 2"]
    tab.picker("contrast").select_option("extremes")
    expect(share).to_have_count(0)
    assert ends(lane) == [f"{MINUS}{LARGE}", str(LARGE)]
    tab.expect_in_url("colours=extremes")


def test_one_unit_over_all_steps_has_its_own_scale(open_tab: Callable[[str], Tab], address: str) -> None:
    tab = open_tab(address).open(run=RUN, step=3, panel="unit", signal="cell_state", timestep=2, unit=OUTLIER)
    lane = tab.lane("evolution")
    expect(lane).to_contain_text(f"unit {OUTLIER}, all steps")
    assert ends(lane) == [f"{MINUS}{LARGE}", str(LARGE)]
    tab.page.mouse.move(0, 0)
    tab.open(run=RUN, step=3, panel="unit", signal="cell_state", timestep=2, unit=0)
    expect(lane).to_contain_text("unit 0, all steps")
    assert ends(lane) == [f"{MINUS}2", "2"]
