"""The overview: statistics from the event file, against statistics of the traces."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Request, expect

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.statistics import QUANTILES
from tb_rnn_plugin.log.writer import RunWriter
from tests.browser import logdir
from tests.browser.export_menu import Open, stored
from tests.browser.logdir import SAMPLES, STEPS, TIMESTEPS, UNITS
from tests.browser.numbers import MINUS
from tests.browser.tab import Tab
from tests.runs import RANGES, lstm_trace
from tests.tensorboard_process import TensorBoard, tensorboard

pytestmark = pytest.mark.alone

SHOWN = ("median", "q05", "q95")


def chart(tab: Tab, signal: str) -> Locator:
    return tab.frame.locator(f'rnn-overview-chart[data-signal="{signal}"]')


def data(tab: Tab, signal: str, statistic: str, entry: int = 0) -> Locator:
    return chart(tab, signal).locator(f'data[data-entry="{entry}"][data-statistic="{statistic}"]')


def number(tab: Tab, signal: str, statistic: str, entry: int = 0) -> float:
    return float(data(tab, signal, statistic, entry).get_attribute("value") or "missing")


def hover(tab: Tab, signal: str, timestep: int, timesteps: int = TIMESTEPS) -> None:
    """Move the mouse to one timestep of an unzoomed chart."""
    # Not the canvas, which is replaced when an entry is added.
    bands = chart(tab, signal).locator(".bands")
    bands.scroll_into_view_if_needed()
    box = bands.bounding_box()
    assert box is not None
    x = box["x"] + (timestep + 0.5) / timesteps * box["width"]
    tab.page.mouse.move(round(x), round(box["y"] + box["height"] / 2))


def expect_read(tab: Tab, signal: str, timestep: int, entry: int = 0) -> None:
    """Wait until a chart shows the numbers of a timestep."""
    expect(data(tab, signal, "median", entry)).to_have_attribute("data-timestep", str(timestep))


def values_at(run: Path, step: int, signal: str, timestep: int, layer: str = "lstm") -> NDArray[np.float64]:
    """Return the values of all samples and units at one timestep, as the trace file rounds them."""
    return stored(run, step, signal, layer)[:, timestep].astype(np.float64)


def expect_quantiles(tab: Tab, signal: str, values: NDArray[np.float64], entry: int = 0) -> None:
    """Compare within the largest rounding: the statistics are of the values before they were rounded."""
    rounding = float(np.abs(values).max() * 2.0**-11)
    for name in SHOWN:
        quantile = np.quantile(values, QUANTILES[name])
        assert number(tab, signal, name, entry) == pytest.approx(quantile, abs=rounding)


def test_numbers_under_the_mouse_are_those_of_the_trace(tab: Tab, logs: Path) -> None:
    run = logs / "lstm/rnn"
    tab.open(run="lstm/rnn", step=7, view="overview")
    for step in (7, 8):
        for timestep in (0, 9, TIMESTEPS - 1):
            hover(tab, "candidate", timestep)
            for signal in RANGES:
                expect_read(tab, signal, timestep)
                expect_quantiles(tab, signal, values_at(run, step, signal, timestep))
        tab.focus()
        tab.page.keyboard.press("ArrowRight")
        tab.expect_in_url(f"step={step + 1}")


def test_shares_of_saturation_are_counted(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, view="overview")
    hover(tab, "candidate", 9)
    for signal, bounds in RANGES.items():
        expect_read(tab, signal, 9)
        if bounds is None:
            expect(data(tab, signal, "saturated_low")).to_have_count(0)
            continue
        low, high = (0.1, 0.9) if bounds[0] == 0 else (-0.9, 0.9)
        values = values_at(logs / "lstm/rnn", 7, signal, 9)
        assert number(tab, signal, "saturated_low") == pytest.approx((values < low).mean())
        assert number(tab, signal, "saturated_high") == pytest.approx((values > high).mean())
        share = (values < low).mean()
        expect(data(tab, signal, "saturated_low")).to_have_text(f"{100 * share:.1f}".removesuffix(".0") + " %")


def test_padding_and_nan_are_left_out_and_named(tab: Tab, logs: Path) -> None:
    run = logs / "masked/rnn"
    tab.open(run="masked/rnn", step=3, view="overview")
    hover(tab, "candidate", TIMESTEPS - 1)
    expect_read(tab, "candidate", TIMESTEPS - 1)
    expect_quantiles(tab, "candidate", values_at(run, 3, "candidate", TIMESTEPS - 1)[0])
    expect(data(tab, "candidate", "non_finite")).to_have_count(0)
    tab.open(run="masked/rnn", step=4, view="overview")
    hover(tab, "candidate", 5)
    expect_read(tab, "candidate", 5)
    values = values_at(run, 4, "candidate", 5)
    expect_quantiles(tab, "candidate", values[np.isfinite(values)])
    assert number(tab, "candidate", "non_finite") == pytest.approx(np.isnan(values).mean())


def test_no_trace_is_asked_for(tab: Tab) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        found = re.search(r"rnn_timeline/(\w+)\?", request.url)
        if found:
            asked.append(found[1])

    tab.page.on("request", note)
    tab.open(run="lstm/rnn", step=3, view="overview", compare="side", other_run="gru/rnn", other_step=2)
    hover(tab, "candidate", 4)
    expect_read(tab, "candidate", 4, entry=1)
    # Once for each signal of either run, for all steps together.
    assert asked.count("summary") == len(RANGES) + 4
    tab.focus()
    for key in ("ArrowRight", "End", "Home", ".", "+", "0"):
        tab.page.keyboard.press(key)
    tab.expect_in_url("step=0")
    hover(tab, "candidate", 4)
    expect_read(tab, "candidate", 4)
    assert asked.count("summary") == len(RANGES) + 4
    assert asked.count("trace") == 0
    tab.focus()
    tab.page.keyboard.press("v")
    tab.expect_step(0)
    assert asked.count("trace") > 0


def test_two_runs_and_steps_are_two_entries(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, view="overview", compare="side", other_run="gru/rnn", other_step=2)
    hover(tab, "candidate", 9)
    legend = tab.frame.locator("rnn-overview .entry")
    expect(legend).to_have_text(["lstm/rnn · epoch 7", "gru/rnn · epoch 2"])
    for signal in ("candidate", "hidden_state"):
        for entry, (run, step, layer) in enumerate([("lstm/rnn", 7, "lstm"), ("gru/rnn", 2, "gru")]):
            expect_read(tab, signal, 9, entry)
            expect_quantiles(tab, signal, values_at(logs / run, step, signal, 9, layer), entry)
    expect_read(tab, "forget_gate", 9)
    expect(data(tab, "forget_gate", "median", entry=1)).to_have_count(0)


def test_two_steps_of_one_run_are_two_entries(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=11, view="overview", compare="difference", other_step=0)
    hover(tab, "cell_state", 2)
    for entry, step in enumerate((11, 0)):
        expect_read(tab, "cell_state", 2, entry)
        expect_quantiles(tab, "cell_state", values_at(logs / "lstm/rnn", step, "cell_state", 2), entry)


def test_what_has_no_meaning_there_is_not_offered(tab: Tab) -> None:
    """Statistics are over all samples, and the difference of two is that of no unit."""
    tab.open(run="lstm/rnn", step=11, view="overview", compare="difference", other_step=0)
    expect(tab.button("A | B")).to_have_attribute("aria-pressed", "true")
    expect(tab.button(f"A {MINUS} B")).to_have_count(0)
    expect(tab.picker("sample")).to_have_count(0)
    expect(tab.frame.locator("rnn-overview .legend")).to_contain_text("over all 2 samples and all units")
    tab.button("Overview").click()
    expect(tab.button(f"A {MINUS} B")).to_have_attribute("aria-pressed", "true")
    expect(tab.picker("sample")).to_have_count(1)


def test_the_wheel_zooms_into_the_address(tab: Tab) -> None:
    tab.open(run="long/rnn", view="overview")
    hover(tab, "candidate", 1500, timesteps=3000)
    expect(data(tab, "candidate", "median")).to_have_count(1)
    reached = data(tab, "candidate", "median").get_attribute("data-timestep") or ""
    tab.page.keyboard.down("Control")
    tab.page.mouse.wheel(0, -600)
    tab.page.keyboard.up("Control")
    tab.expect_in_url("p.rnn_timeline.from=")
    tab.expect_in_url("p.rnn_timeline.to=")
    # What was under the mouse stays there.
    expect_read(tab, "candidate", int(reached))
    expect(tab.frame.locator("rnn-overview .range .thumb")).to_be_visible()
    start, end = (float(re.findall(rf"{name}=([\d.]+)", tab.page.url)[0]) for name in ("from", "to"))
    box = chart(tab, "candidate").locator(".bands canvas").bounding_box()
    assert box is not None
    for share in (0.1, 0.9):
        x = round(box["x"] + share * box["width"])
        tab.page.mouse.move(x, box["y"] + 20)
        expect_read(tab, "candidate", int(start + (x - box["x"]) / box["width"] * (end - start)))
    tab.page.mouse.dblclick(box["x"] + 300, box["y"] + 20)
    tab.page.wait_for_function("!location.hash.includes('rnn_timeline.from')")


def test_a_plain_wheel_scrolls_to_charts_that_do_not_fit(tab: Tab) -> None:
    tab.open(run="long/rnn", view="overview")
    hover(tab, "input_gate", 1500, timesteps=3000)
    tab.page.mouse.wheel(0, 50)
    scroller = tab.frame.locator("rnn-overview .scroll")
    expect(scroller).to_have_js_property("scrollTop", 50)
    assert "from=" not in tab.page.url


def test_other_epochs_are_drawn_as_many_as_asked_for(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7, view="overview")
    overlaid = tab.frame.locator("rnn-overview [data-overlaid]")
    expect(overlaid).to_have_text(["0", "4", "7", "11"])
    drawn = chart(tab, "candidate").locator(".bands canvas")
    few = drawn.evaluate("canvas => canvas.toDataURL()")
    tab.picker("overlay").select_option("12")
    expect(overlaid).to_have_text([str(step) for step in STEPS])
    assert drawn.evaluate("canvas => canvas.toDataURL()") != few
    tab.expect_in_url("overlay=12")
    tab.page.reload()
    expect(overlaid).to_have_count(12)
    tab.picker("overlay").select_option("0")
    expect(overlaid).to_have_count(0)


def test_its_key_opens_and_closes_it(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.focus()
    tab.page.keyboard.press("v")
    expect(tab.frame.locator("rnn-overview-chart")).to_have_count(len(RANGES))
    expect(tab.timeline).to_have_count(0)
    expect(tab.button("Overview")).to_have_attribute("aria-pressed", "true")
    tab.expect_in_url("view=overview")
    tab.page.keyboard.press("v")
    tab.expect_step(7)
    expect(tab.frame.locator("rnn-overview")).to_have_count(0)


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TensorBoard, Path]]:
    """A TensorBoard that keeps three of twelve steps, and has no events of one layer and of one step."""
    root = tmp_path_factory.mktemp("sparse")
    run = root / "lstm" / "rnn"
    logdir.write_lstm(run)
    traces = layout.trace_directory(run)
    shutil.copy(traces / layout.step_file(11), traces / layout.step_file(12))
    # One layer is in its events, two are in its traces.
    writer = RunWriter(root / "part" / "rnn")
    writer.write_probe(logdir.probe())
    writer.write_step(7, [lstm_trace(7, SAMPLES, TIMESTEPS, UNITS)], logs={"loss": 1.0})
    shutil.copy(traces / layout.step_file(7), layout.trace_directory(root / "part" / "rnn") / layout.step_file(7))
    with tensorboard("--logdir", root, "--samples_per_plugin", "rnn_timeline=3") as board:
        board.wait_for_runs("lstm/rnn", "part/rnn")
        yield board, run


def test_a_step_that_tensorboard_dropped_is_named(sparse: tuple[TensorBoard, Path], open_tab: Open) -> None:
    board, run = sparse
    tab = open_tab(board.address).open(run="lstm/rnn", step=0, view="overview")
    overlaid = tab.frame.locator("rnn-overview [data-overlaid]")
    expect(overlaid).to_have_count(3)
    kept = [int(text) for text in overlaid.all_text_contents()]
    dropped = next(step for step in STEPS if step not in kept)
    nearest = min(kept, key=lambda step: (abs(step - dropped), step))
    tab.open(run="lstm/rnn", step=dropped, view="overview")
    note = f"TensorBoard has no statistics of epoch {dropped}: epoch {nearest} is shown"
    expect(tab.frame.locator("rnn-overview .note")).to_have_text(note)
    hover(tab, "candidate", 9)
    expect_read(tab, "candidate", 9)
    expect_quantiles(tab, "candidate", values_at(run, nearest, "candidate", 9))
    tab.open(run="lstm/rnn", step=nearest, view="overview")
    hover(tab, "candidate", 9)
    expect_read(tab, "candidate", 9)
    expect(tab.frame.locator("rnn-overview .note")).to_have_count(0)


def test_a_step_that_tensorboard_has_yet_to_read_is_named(sparse: tuple[TensorBoard, Path], open_tab: Open) -> None:
    board, run = sparse
    tab = open_tab(board.address).open(run="lstm/rnn", step=12, view="overview")
    note = "TensorBoard has not read epoch 12 yet: epoch 11 is shown"
    expect(tab.frame.locator("rnn-overview .note")).to_have_text(note)
    hover(tab, "candidate", 9)
    expect_read(tab, "candidate", 9)
    expect_quantiles(tab, "candidate", values_at(run, 11, "candidate", 9))


def test_signals_without_statistics_are_marked(sparse: tuple[TensorBoard, Path], open_tab: Open) -> None:
    board, run = sparse
    tab = open_tab(board.address).open(run="part/rnn", layer="encoder/lstm", view="overview")
    for signal in RANGES:
        expect(chart(tab, signal)).to_contain_text("no statistics of this signal")
        expect(chart(tab, signal).locator("canvas")).to_have_count(0)
    tab.picker("layer").select_option("lstm")
    hover(tab, "candidate", 9)
    expect_read(tab, "candidate", 9)
    expect_quantiles(tab, "candidate", values_at(run, 7, "candidate", 9))
    # The same where one of two runs lacks them.
    tab.open(run="lstm/rnn", layer="encoder/lstm", step=11, view="overview", compare="side", other_run="part/rnn")
    for signal in RANGES:
        expect(chart(tab, signal).locator(".reading")).to_have_text(["no statistics"])
    hover(tab, "candidate", 9)
    expect_read(tab, "candidate", 9)
    expect_quantiles(tab, "candidate", values_at(run, 11, "candidate", 9, "encoder/lstm"))
    # The browser itself reports each 404.
    tab.ignore_errors("404")


def test_the_scrubber_names_the_step_of_the_charts(tab: Tab) -> None:
    """Also after a picture of another step was shown."""
    tab.open(run="lstm/rnn", step=3)
    tab.expect_step(3)
    tab.focus()
    for key in ("v", "ArrowRight", "ArrowRight"):
        tab.page.keyboard.press(key)
    expect(tab.frame.locator("rnn-overview")).to_contain_text("epoch 5")
    expect(tab.frame.locator("rnn-scrubber .where b")).to_have_text("epoch 5")
