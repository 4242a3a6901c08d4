"""The inspector: one unit over all epochs, and which units changed when."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.logdir import STEPS, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone

LAST = STEPS[-1]

COUNT_HATCHED = """(canvas, cells) => [1, 3, 5].map((sixth) => {
    const { width, height } = canvas;
    const [wide, high] = [width / cells, height / 3];
    const pen = canvas.getContext("2d");
    const top = sixth / 6 * height - high / 4;
    const middleOf = (cell) => pen.getImageData((cell + 0.25) * wide, top, wide / 2, high / 2).data;
    const isOpen = (cell) => middleOf(cell).some((value, i) => i % 4 === 3 && value < 255);
    return Array.from({ length: cells }, (_, cell) => isOpen(cell)).filter((open) => open).length / cells;
})"""


def inspector(tab: Tab) -> Locator:
    return tab.frame.locator("rnn-unit-panel")


def test_a_clicked_cell_is_followed_over_all_epochs(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.button("Inspector").click()
    expect(inspector(tab)).to_contain_text("Click a cell of a lane")
    tab.hover("cell_state", 9, 4, TIMESTEPS, UNITS)
    tab.page.mouse.down()
    tab.page.mouse.up()
    expect(inspector(tab).locator("h3").first).to_have_text("unit 4 at timestep 9")
    value = inspector(tab).locator(".figures data")
    expect(value).to_have_attribute("value", str(stored(logs, "lstm/rnn", 7, "cell_state")[0, 9, 4]))
    tab.expect_in_url("signal=cell_state")
    tab.expect_in_url("panel=unit")


def test_the_evolution_is_one_row_per_epoch_and_a_click_goes_there(tab: Tab, logs: Path) -> None:
    tab.page.set_viewport_size({"width": 1280, "height": 1000})
    tab.open(run="lstm/rnn", step=7, panel="unit", signal="hidden_state", timestep=2, unit=5)
    lane = tab.lane("evolution")
    expect(lane.locator("h3")).to_have_text("hidden state")
    expect(lane).to_contain_text("unit 5, all steps")
    for step in (0, 4, LAST):
        tab.hover("evolution", 11, step, TIMESTEPS, len(STEPS))
        expect(lane.locator("data")).to_have_attribute("data-unit", str(step))
        assert number(lane.locator("data")) == stored(logs, "lstm/rnn", step, "hidden_state")[0, 11, 5]
    tab.hover("evolution", 11, 3, TIMESTEPS, len(STEPS))
    tab.page.mouse.down()
    tab.page.mouse.up()
    tab.expect_step(3)
    expect(inspector(tab).locator("h3").first).to_have_text("unit 5 at timestep 11")


def test_the_value_over_epochs_stands_beside_the_loss(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, panel="unit", signal="forget_gate", timestep=2, unit=5)
    chart = inspector(tab).locator("rnn-line-chart svg")
    box = chart.bounding_box()
    assert box is not None
    for step in (0, 5, LAST):
        x = 8 + step / LAST * (box["width"] - 16)
        chart.hover(position={"x": x, "y": 40})
        value = inspector(tab).locator(".figures data")
        expect(value).to_have_attribute("data-epoch", str(step))
        assert number(value) == stored(logs, "lstm/rnn", step, "forget_gate")[0, 2, 5]
        loss = inspector(tab).locator(".figures .loss").inner_text().removeprefix("loss ")
        assert float(loss) == pytest.approx(3 / (1 + step), rel=1e-4)
    chart.click(position={"x": 8, "y": 40})
    tab.expect_step(0)


def test_units_are_ranked_by_when_they_changed_most(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, panel="unit", signal="candidate", timestep=2, unit=5)
    values = np.stack([stored(logs, "lstm/rnn", step, "candidate")[0] for step in STEPS])
    change = np.abs(np.diff(values, axis=0)).mean(axis=1)  # [steps - 1, units]
    order = np.argsort(-change.max(axis=0), kind="stable")
    table = inspector(tab).locator("tbody tr")
    expect(table).to_have_count(UNITS)
    for row, unit in zip(table.all(), order, strict=True):
        assert row.get_attribute("data-unit") == str(unit)
        most = row.locator("data").first
        assert number(most) == pytest.approx(change[:, unit].max(), rel=1e-6)
        assert row.locator("td").nth(2).inner_text() == str(1 + int(change[:, unit].argmax()))
    table.first.locator("td").nth(2).get_by_role("button").click()
    tab.expect_step(1 + int(change[:, order[0]].argmax()))
    table.first.get_by_role("button").first.click()
    expect(inspector(tab).locator("h3").first).to_have_text(f"unit {order[0]} at timestep 2")


def test_the_inspector_follows_signal_sample_and_key(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, timestep=2, unit=5)
    tab.expect_step(7)
    tab.focus()
    tab.page.keyboard.press("i")
    value = inspector(tab).locator(".figures data")
    for signal in ("output_gate", "hidden_state"):
        tab.picker("signal").select_option(signal)
        expect(value).to_have_attribute("value", str(stored(logs, "lstm/rnn", 7, signal)[0, 2, 5]))
    tab.picker("sample").select_option("1")
    expect(value).to_have_attribute("value", str(stored(logs, "lstm/rnn", 7, "hidden_state")[1, 2, 5]))
    tab.focus()
    tab.page.keyboard.press("i")
    expect(inspector(tab)).to_have_count(0)
    expect(tab.lane("evolution")).to_have_count(0)


def test_padding_and_nan_in_an_evolution(tab: Tab, logs: Path) -> None:
    tab.open(run="masked/rnn", sample=1, panel="unit", signal="input_gate", timestep=5, unit=2)
    lane = tab.lane("evolution")
    expect(lane.locator(".nan")).to_be_visible()
    tab.hover("evolution", 5, 2, TIMESTEPS, 3)
    expect(lane.locator("data")).to_have_text("NaN")
    tab.hover("evolution", TIMESTEPS - 1, 1, TIMESTEPS, 3)
    expect(lane.locator("data")).to_have_text("padding")
    # The mask changed in training: what is padding at a later step was read at the first.
    tab.hover("evolution", TIMESTEPS - 4, 1, TIMESTEPS, 3)
    expect(lane.locator("data")).to_have_text("padding")
    tab.hover("evolution", TIMESTEPS - 4, 0, TIMESTEPS, 3)
    assert number(lane.locator("data")) == stored(logs, "masked/rnn", 0, "input_gate")[1, TIMESTEPS - 4, 2]
    assert hatched(lane.locator("canvas")) == [2 / TIMESTEPS, 4 / TIMESTEPS, 4 / TIMESTEPS]


def hatched(canvas: Locator) -> list[float]:
    """Return the share of the cells of each of three rows that are not painted: there the hatching of padding shows."""
    return cast(list[float], canvas.evaluate(COUNT_HATCHED, TIMESTEPS))


def test_a_loss_that_is_nan_is_named_as_such(tab: Tab) -> None:
    tab.open(run="masked/rnn", step=3, panel="unit", signal="input_gate", timestep=5, unit=2)
    scrubber = tab.frame.locator("rnn-scrubber")
    expect(scrubber.locator(".where span")).to_have_text("loss 1.0000")
    expect(scrubber.locator("text.broken")).to_have_text("NaN")
    tab.focus()
    tab.page.keyboard.press("End")
    expect(scrubber.locator(".where strong")).to_have_text("loss NaN")
    expect(scrubber.locator(".where strong")).to_have_attribute("title", "loss NaN since epoch 4")
    expect(inspector(tab).locator(".loss.broken")).to_have_text("loss NaN")
