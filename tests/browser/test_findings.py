"""Findings and gradients in the tab, against `open_run` and NumPy on the same files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_rnn_plugin import open_run
from tb_rnn_plugin.analysis.findings import group
from tb_rnn_plugin.log.schema import LayerTrace
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import Run
from tests.browser.growing import Growing
from tests.browser.tab import Tab
from tests.runs import lstm_trace, probe

pytestmark = pytest.mark.alone

TIMESTEPS, UNITS, STEPS = 12, 5, 3
VANISHES_BELOW = 4


def faulty(step: int) -> LayerTrace:
    """Return a layer whose units 1 and 3 never forget, and whose gradient does not reach the first timesteps."""
    trace = lstm_trace(7 + step)
    signals = dict(trace.signals)
    signals["forget_gate"] = signals["forget_gate"] * np.float32(0.8)
    signals["forget_gate"][..., [1, 3]] = 0.97 if step else 0.5
    random = np.random.default_rng(step)
    decay = np.where(np.arange(TIMESTEPS) < VANISHES_BELOW, 1e-9, 1e-2)[None, :, None]
    gradients = {
        state: (decay * random.normal(size=(3, TIMESTEPS, UNITS))).astype(np.float32)
        for state in ("hidden_state", "cell_state")
    }
    return replace(trace, signals=signals, gradients=gradients)


@pytest.fixture(scope="module")
def directory(growing: Growing) -> Path:
    directory = growing.logs / "faulty" / "rnn"
    writer = RunWriter(directory)
    writer.write_probe(probe())
    for step in range(STEPS):
        writer.write_step(step, [faulty(step)], {}, {"loss": 3.0 - step})
    growing.wait_for_runs("faulty/rnn")
    return directory


@pytest.fixture(scope="module")
def address(growing: Growing, directory: Path) -> str:
    return growing.address


@pytest.fixture
def run(directory: Path) -> Run:
    return open_run(directory)


@pytest.fixture
def opened(tab: Tab) -> Tab:
    tab.open(run="faulty/rnn", step=2, panel="findings")
    tab.expect_step(2)
    return tab


def test_findings_are_those_of_open_run(opened: Tab, run: Run) -> None:
    found = run.findings(2)
    groups = group(found)
    items = opened.frame.locator("rnn-findings-panel ol > li")
    expect(items).to_have_count(len(groups))
    assert any(one.more for one in groups)
    for item, one in zip(items.all(), groups, strict=True):
        expect(item.locator(".kind")).to_have_text(one.title)
        expect(item.locator("p")).to_have_text([one.findings[0].message])
        if one.more:
            item.get_by_role("button", name=one.more).click()
        expect(item.locator("p")).to_have_text([finding.message for finding in one.findings])
    kinds = {(finding.kind, finding.signal) for finding in found}
    assert {("saturated_high", "forget_gate"), ("vanishing_gradient", "gradient:hidden_state")} <= kinds


def test_the_evidence_is_one_click_away(opened: Tab) -> None:
    saturated = opened.frame.locator('li[data-kind="saturated_high"][data-signal="forget_gate"]')
    saturated.get_by_role("button", name="Show the evidence").click()
    opened.expect_in_url("pinned=1, 3")
    opened.expect_in_url("only=1")
    # Only two units are left, so the second half of the lane is the second unit.
    opened.hover("forget_gate", 6, 1, TIMESTEPS, 2)
    expect(opened.value("forget_gate")).to_have_attribute("data-unit", "3")
    expect(opened.value("forget_gate")).to_have_attribute("value", str(float(np.float16(0.97))))
    gone = opened.frame.locator('li[data-kind="vanishing_gradient"][data-signal="gradient:hidden_state"]')
    gone.get_by_role("button", name="Show the evidence").click()
    opened.expect_in_url("from=0")
    expect(opened.frame.locator(".range .thumb")).to_be_visible()


def test_the_epochs_that_show_it_are_links(opened: Tab, run: Run) -> None:
    finding = next(one for one in run.findings(2) if one.signal == "forget_gate")
    assert finding.steps == (1, 2)
    steps = opened.frame.locator('li[data-signal="forget_gate"] .steps button')
    expect(steps).to_have_text([str(step) for step in finding.steps])
    expect(steps.nth(1)).to_have_attribute("aria-current", "step")
    steps.nth(0).click()
    opened.expect_step(1)


def test_what_to_do_and_when_it_is_no_fault(opened: Tab, run: Run) -> None:
    finding = next(one for one in run.findings(2) if one.signal == "forget_gate")
    shown = opened.frame.locator('li[data-signal="forget_gate"]')
    button = shown.get_by_role("button", name="What to do")
    button.click()
    expect(shown.locator("dd")).to_have_text([finding.advice, finding.not_a_fault, finding.rule, finding.source])
    shown.get_by_role("button", name="Less").click()
    expect(shown.locator("dd")).to_have_count(0)


def test_each_unit_is_a_dot_of_the_scatter(opened: Tab, run: Run) -> None:
    values = run.load("lstm", "forget_gate", 2)
    low, high = ((values < 0.1).mean(axis=(0, 1)), (values > 0.9).mean(axis=(0, 1)))
    figure = opened.frame.locator("rnn-findings-panel figure", has_text="forget gate")
    dots = figure.locator("circle")
    expect(dots).to_have_count(UNITS)
    for unit, dot in enumerate(dots.all()):
        expect(dot.locator("title")).to_have_text(
            f"unit {unit}: {round(low[unit] * 100)} % low, {round(high[unit] * 100)} % high"
        )
        assert float(dot.get_attribute("cx") or "nan") == pytest.approx(4 + low[unit] * 120)
        assert float(dot.get_attribute("cy") or "nan") == pytest.approx(4 + (1 - high[unit]) * 120)
    dots.nth(0).click()
    opened.expect_in_url("pinned=0")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowDown")
    expect(dots.nth(2)).to_be_focused()
    opened.page.keyboard.press("Enter")
    opened.expect_in_url("pinned=2")
    opened.expect_step(2)


def test_a_healthy_step_has_no_finding(tab: Tab, run: Run) -> None:
    tab.open(run="faulty/rnn", step=0, panel="findings")
    tab.expect_step(0)
    kinds = [finding.kind for finding in run.findings(0)]
    expect(tab.frame.locator("rnn-findings-panel ol > li")).to_have_count(len(group(run.findings(0))))
    assert "saturated_high" not in kinds


def test_the_keyboard_opens_and_closes_it(tab: Tab) -> None:
    tab.open(run="faulty/rnn", step=2)
    tab.expect_step(2)
    tab.focus()
    tab.page.keyboard.press("d")
    expect(tab.frame.locator("rnn-findings-panel li").first).to_be_visible()
    tab.page.keyboard.press("d")
    expect(tab.frame.locator("rnn-findings-panel")).to_have_count(0)


def test_gradients_are_lanes_with_exact_values(opened: Tab, run: Run) -> None:
    gradient = run.gradient("lstm", "cell_state", 2)[0]
    opened.hover("gradient:cell_state", 8, 2, TIMESTEPS, UNITS)
    expect(opened.value("gradient:cell_state")).to_have_attribute("value", str(float(gradient[8, 2])))


def test_the_norm_over_time_shows_where_gradients_vanish(opened: Tab, run: Run) -> None:
    norms = np.linalg.norm(run.gradient("lstm", "hidden_state", 2)[0].astype(np.float64), axis=1)
    track = opened.frame.locator(".track", has_text="log ‖∂L/∂h‖")
    for timestep in (1, 9):
        opened.hover("forget_gate", timestep, 0, TIMESTEPS, UNITS)
        title = track.locator("b").get_attribute("title") or ""
        assert float(title.split(",")[0]) == pytest.approx(norms[timestep], rel=1e-12)
    # The line is in the lower half where the gradient has vanished, and in the upper half elsewhere.
    drawn = track.locator("canvas").evaluate(
        """canvas => {
            const { width, height } = canvas, pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            return [1.5, 9.5].map(t => {
                const x = Math.floor(t / 12 * width);
                const rows = [...Array(height).keys()].filter(y => pixels[4 * (y * width + x) + 3] > 60);
                return rows.reduce((a, b) => a + b, 0) / rows.length / height;
            });
        }"""
    )
    assert drawn[0] > 0.7 > 0.5 > drawn[1]
