"""`%tensorboard` in a notebook shows the tab, with all its functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from tests.browser.logdir import STEPS, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab
from tests.notebook.conftest import Open
from tests.notebook.notebook_tab import NotebookTab
from tests.runs import RANGES

LAST = STEPS[-1]
RUN = "lstm/rnn"
PICTURES = Path(__file__).parents[1] / "browser" / "screenshots"

READ_PIXEL = """(canvas, [x, y]) => {
    const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1];
    return [...canvas.getContext("2d").getImageData(...at).data];
}"""


def brightness(tab: Tab, signal: str, timestep: int, unit: int) -> int:
    """Return red plus green in the middle of a cell: high for yellow, low for violet."""
    middle = [(timestep + 0.5) / TIMESTEPS, (unit + 0.5) / UNITS]
    red, green, *_ = tab.lane(signal).locator("canvas").evaluate(READ_PIXEL, middle)
    return int(red + green)


def test_every_lane_shows_the_values_of_the_file(tab: NotebookTab, logs: Path) -> None:
    tab.expect_step(LAST)
    expect(tab.lanes).to_have_count(len(RANGES))
    for signal in ("input_gate", "forget_gate", "output_gate"):
        gate = stored(logs, RUN, LAST, signal)[0]
        high, low = (np.unravel_index(place, gate.shape) for place in (gate.argmax(), gate.argmin()))
        assert brightness(tab, signal, int(high[0]), int(high[1])) > 300
        assert brightness(tab, signal, int(low[0]), int(low[1])) < 120


def test_hover_shows_the_numbers_of_the_file(tab: NotebookTab, logs: Path) -> None:
    tab.expect_step(LAST)
    for timestep, unit in [(0, 0), (9, 4), (TIMESTEPS - 1, UNITS - 1)]:
        tab.hover("candidate", timestep, unit, TIMESTEPS, UNITS)
        for signal in RANGES:
            output = tab.value(signal)
            expect(output).to_have_attribute("data-timestep", str(timestep))
            expect(output).to_have_attribute("data-unit", str(unit))
            assert number(output) == stored(logs, RUN, LAST, signal)[0, timestep, unit]


def test_arrow_keys_move_the_epoch(tab: NotebookTab, logs: Path) -> None:
    tab.expect_step(LAST)
    tab.focus()
    for key, step in [("ArrowLeft", LAST - 1), ("Home", 0), ("ArrowRight", 1)]:
        tab.page.keyboard.press(key)
        tab.expect_step(step)
        tab.hover("cell_state", 4, 3, TIMESTEPS, UNITS)
        assert number(tab.value("cell_state")) == stored(logs, RUN, step, "cell_state")[0, 4, 3]


def test_the_wheel_zooms_a_lane_without_scrolling_the_notebook(tab: NotebookTab) -> None:
    tab.expect_step(LAST)
    tab.hover("candidate", 8, 2, TIMESTEPS, UNITS)
    before = tab.scrolled
    thumb = tab.frame.locator(".range .thumb")
    tab.page.mouse.wheel(0, -300)
    expect(thumb).to_be_visible()
    tab.expect_in_url("p.rnn_timeline.from=")
    tab.page.mouse.wheel(0, 300)
    expect(thumb).to_be_hidden()
    assert tab.scrolled == before


def test_the_theme_is_tensorboards(open_notebook: Open) -> None:
    """TensorBoard follows the system's theme at first, and then its own menu."""
    tab = open_notebook("dark")
    tab.expect_step(LAST)
    page = tab.frame.locator("html")
    expect(page).to_have_css("background-color", "rgb(20, 22, 26)")
    tab.shoot(PICTURES / "notebook-dark.png")
    tab.board.get_by_role("button", name="Menu for changing light or dark theme").click()
    tab.board.get_by_role("menuitem", name="Light").click()
    expect(page).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(tab.board.get_by_role("menu")).to_have_count(0)
    tab.shoot(PICTURES / "notebook-light.png")


def test_the_copied_link_opens_the_same_view_outside_the_notebook(tab: NotebookTab) -> None:
    tab.expect_step(LAST)
    tab.focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.expect_step(LAST - 1)
    tab.button("Export").click()
    tab.button("Copy link").click()
    expect(tab.frame.get_by_text("Copied.", exact=True)).to_be_visible()

    context = tab.page.context
    context.grant_permissions(["clipboard-read"], origin=tab.jupyter.address.rstrip("/"))
    link = tab.page.evaluate("window.focus(); navigator.clipboard.readText()")
    outside = Tab(context.new_page(), link)
    outside.page.goto(link)
    outside.expect_step(LAST - 1)
    assert outside.errors == []


def test_numbers_can_be_saved(tab: NotebookTab, logs: Path) -> None:
    tab.expect_step(LAST)
    tab.button("Export").click()
    with tab.page.expect_download() as download:
        tab.button("NPY").click()
    np.testing.assert_array_equal(np.load(download.value.path()), stored(logs, RUN, LAST, "hidden_state")[0])
