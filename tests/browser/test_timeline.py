"""The timeline: numbers, crosshair, zoom, tracks."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from safetensors import safe_open

from tb_rnn_plugin.log import layout
from tests.browser.logdir import STEPS, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab
from tests.runs import RANGES

pytestmark = pytest.mark.alone


@pytest.mark.quick
def test_hover_shows_the_numbers_of_the_file(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, sample=1)
    tab.expect_step(7)
    for timestep, unit in [(0, 0), (9, 4), (TIMESTEPS - 1, UNITS - 1)]:
        tab.hover("candidate", timestep, unit, TIMESTEPS, UNITS)
        for signal in RANGES:
            output = tab.value(signal)
            expect(output).to_have_attribute("data-timestep", str(timestep))
            expect(output).to_have_attribute("data-unit", str(unit))
            assert number(output) == stored(logs, "lstm/rnn", 7, signal)[1, timestep, unit]
            shown = float((output.text_content() or "").replace("\u2212", "-"))
            assert shown == pytest.approx(number(output), rel=1e-4)


def test_states_of_different_widths_have_lanes_of_their_own_units(tab: Tab, logs: Path) -> None:
    tab.open(run="other-cells/rnn", layer="rnn")
    with safe_open(layout.trace_directory(logs / "other-cells/rnn") / layout.step_file(0), framework="numpy") as file:
        narrow, wide = (file.get_tensor(f"signals/rnn/state_{i}")[0].astype(np.float64) for i in (0, 1))
    expect(tab.lanes).to_have_count(2)
    tab.hover("state_0", 3, 1, TIMESTEPS, narrow.shape[1])
    expect(tab.value("state_0")).to_have_attribute("data-unit", "1")
    assert [number(tab.value(f"state_{i}")) for i in (0, 1)] == [narrow[3, 1], wide[3, 1]]
    tab.hover("state_1", 3, UNITS - 1, TIMESTEPS, UNITS)
    expect(tab.value("state_1")).to_have_attribute("data-unit", str(UNITS - 1))
    assert number(tab.value("state_1")) == wide[3, UNITS - 1]
    expect(tab.value("state_0")).to_have_count(0)


def test_a_layer_that_is_not_recurrent_has_one_lane(tab: Tab) -> None:
    tab.open(run="other-cells/rnn", layer="dense")
    expect(tab.lanes).to_have_count(1)
    tab.hover("output", 2, 0, TIMESTEPS, 1)
    expect(tab.value("output")).to_have_attribute("data-timestep", "2")


def test_readout_names_timestep_unit_token_and_annotations(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.hover("forget_gate", 5, 2, TIMESTEPS, UNITS)
    expect(tab.frame.locator(".readout")).to_contain_text("timestep 5")
    expect(tab.frame.locator(".readout")).to_contain_text("unit 2")
    expect(tab.frame.locator(".readout .token")).to_have_text("“(”")
    tracks = tab.frame.locator(".track")
    expect(tracks.nth(0)).to_contain_text("inside commentno")
    expect(tracks.nth(1)).to_contain_text("bracket depth1")
    tab.page.mouse.move(5, 5)
    expect(tab.value("forget_gate")).to_have_count(0)


def test_labels_never_touch(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.hover("forget_gate", 5, 2, TIMESTEPS, UNITS)
    boxes = [box for label in tab.frame.locator(".track .name").all() if (box := label.bounding_box())]
    boxes += [box for label in tab.frame.locator("rnn-lane .label").all() if (box := label.bounding_box())]
    assert len(boxes) == 2 + len(RANGES)
    for above, below in itertools.pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"] + 0.5


def test_a_click_pins_the_crosshair_and_escape_releases_it(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.hover("hidden_state", 3, 1, TIMESTEPS, UNITS)
    tab.page.mouse.down()
    tab.page.mouse.up()
    tab.page.mouse.move(5, 5)
    expect(tab.value("cell_state")).to_have_attribute("data-timestep", "3")
    tab.expect_in_url("unit=1")
    tab.page.keyboard.press("Escape")
    expect(tab.value("cell_state")).to_have_count(0)


def test_the_keyboard_moves_the_crosshair(tab: Tab) -> None:
    tab.open(run="lstm/rnn", timestep=3, unit=1)
    expect(tab.value("cell_state")).to_have_attribute("data-timestep", "3")
    tab.focus()
    tab.page.keyboard.press("]")
    tab.page.keyboard.press("]")
    tab.page.keyboard.press("[")
    tab.page.keyboard.press("Alt+ArrowDown")
    expect(tab.value("cell_state")).to_have_attribute("data-timestep", "4")
    expect(tab.value("cell_state")).to_have_attribute("data-unit", "2")


def test_wheel_zooms_around_the_mouse_drag_pans_double_click_resets(tab: Tab) -> None:
    tab.open(run="long/rnn")
    tab.hover("candidate", 1500, 1, 3000, 4)
    reached = tab.value("candidate").get_attribute("data-timestep")
    tab.page.mouse.wheel(0, -600)
    tab.expect_in_url("p.rnn_timeline.from=")
    expect(tab.value("candidate")).to_have_attribute("data-timestep", reached or "")
    expect(tab.frame.locator(".range .thumb")).to_be_visible()

    box = tab.lane("candidate").locator("canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    before = int(tab.value("candidate").get_attribute("data-timestep") or -1)
    tab.page.mouse.down()
    tab.page.mouse.move(x - 200, y, steps=4)
    tab.page.mouse.up()
    tab.page.mouse.move(x - 199, y)
    # The grabbed timestep moved with the mouse.
    expect(tab.value("candidate")).to_have_attribute("data-timestep", re.compile(rf"^{before}$|^{before + 1}$"))

    tab.page.mouse.dblclick(x, y)
    expect(tab.frame.locator(".range .thumb")).to_be_hidden()
    tab.page.wait_for_function("!location.hash.includes('rnn_timeline.from')")


def test_keys_zoom_in_out_and_reset(tab: Tab) -> None:
    tab.open(run="long/rnn")
    tab.expect_step(0)
    tab.focus()
    tab.page.keyboard.press("+")
    expect(tab.frame.locator(".range .thumb")).to_be_visible()
    tab.page.keyboard.press("-")
    expect(tab.frame.locator(".range .thumb")).to_be_hidden()
    tab.page.keyboard.press("+")
    tab.page.keyboard.press("0")
    expect(tab.frame.locator(".range .thumb")).to_be_hidden()


def test_padding_and_nan_differ(tab: Tab) -> None:
    tab.open(run="masked/rnn", step=4, sample=1)
    tab.hover("candidate", TIMESTEPS - 1, 2, TIMESTEPS, UNITS)
    expect(tab.value("candidate")).to_have_text("padding")
    tab.hover("candidate", 5, 2, TIMESTEPS, UNITS)
    expect(tab.value("candidate")).to_have_text("NaN")
    expect(tab.lane("candidate").locator(".nan")).to_be_visible()
    tab.open(run="masked/rnn", step=3, sample=1)
    tab.expect_step(3)
    expect(tab.lane("candidate").locator(".nan")).to_have_count(0)


READ_PIXEL = """(canvas, [x, y]) => {
    const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1];
    return [...canvas.getContext("2d").getImageData(...at).data];
}"""


def pixel(tab: Tab, signal: str, timestep: int, unit: int) -> list[int]:
    """Read the colour painted in the middle of a cell."""
    middle = [(timestep + 0.5) / TIMESTEPS, (unit + 0.5) / UNITS]
    return list(tab.lane(signal).locator("canvas").evaluate(READ_PIXEL, middle))


def test_cells_are_painted_where_they_are_read(tab: Tab, logs: Path) -> None:
    """The brightest and the darkest gate of the file are the yellowest and the most violet cells."""
    tab.open(run="lstm/rnn", step=2, sample=0)
    tab.expect_step(2)
    gate = stored(logs, "lstm/rnn", 2, "forget_gate")[0]
    high = np.unravel_index(gate.argmax(), gate.shape)
    low = np.unravel_index(gate.argmin(), gate.shape)
    yellow = pixel(tab, "forget_gate", int(high[0]), int(high[1]))
    violet = pixel(tab, "forget_gate", int(low[0]), int(low[1]))
    assert yellow[0] + yellow[1] > 300
    assert violet[0] + violet[1] < 120


def test_a_sharp_picture_on_a_dense_screen(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=2)
    dense = Tab(page, address, alone=True).open(run="lstm/rnn")
    canvas = dense.lane("candidate").locator("canvas")
    width = canvas.evaluate("canvas => canvas.width / canvas.getBoundingClientRect().width")
    assert width == pytest.approx(2, abs=0.01)
    page.close()


def test_scrubbed_numbers_differ_at_each_step(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=0, sample=0, timestep=4, unit=3)
    tab.expect_step(0)
    tab.focus()
    for step in STEPS[:3]:
        tab.expect_step(step)
        assert number(tab.value("cell_state")) == stored(logs, "lstm/rnn", step, "cell_state")[0, 4, 3]
        tab.page.keyboard.press("ArrowRight")
