"""Exported numbers, Python code and links, against the numbers in the file and on the screen."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from playwright.sync_api import expect

from tb_rnn_plugin.log.schema import LayerTrace
from tb_rnn_plugin.log.writer import RunWriter
from tests.browser import logdir
from tests.browser.export_menu import Open, download, open_menu, press, stored
from tests.browser.growing import Growing
from tests.browser.logdir import TEXT, TIMESTEPS, UNITS
from tests.browser.tab import Tab
from tests.runs import lstm_trace

pytestmark = pytest.mark.alone

LONG = "large-values-and-a-name-that-goes-on-" * 5
TRUE_MASK = np.arange(TIMESTEPS) < TIMESTEPS - 4
"""The mask of the second sample of the masked run."""


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return head, rows


def numbers(rows: list[list[str]]) -> NDArray[np.float64]:
    """Return the units' columns; an empty field raises."""
    return np.array([[float(field) for field in row[2:]] for row in rows])


def test_csv_holds_the_numbers_and_tokens_of_the_file(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, sample=1)
    tab.expect_step(7)
    open_menu(tab)
    for signal in ("hidden_state", "cell_state"):
        tab.picker("export-signal").select_option(signal)
        head, rows = read_csv(download(tab, "CSV"))
        assert head == ["timestep", "token", *(f"unit {unit}" for unit in range(UNITS))]
        assert [row[0] for row in rows] == [str(timestep) for timestep in range(TIMESTEPS)]
        assert [row[1] for row in rows] == list(TEXT)
        assert_array_equal(numbers(rows), stored(logs / "lstm/rnn", 7, signal)[1].astype(np.float64))


def test_csv_leaves_padding_empty_and_names_nan(tab: Tab, logs: Path) -> None:
    tab.open(run="masked/rnn", step=4, sample=1)
    tab.expect_step(4)
    open_menu(tab)
    _, rows = read_csv(download(tab, "CSV"))
    values = stored(logs / "masked/rnn", 4, "hidden_state")[1]
    assert [all(field == "" for field in row[2:]) for row in rows] == list(~TRUE_MASK)
    assert [row[1] for row in rows] == list(TEXT)
    real = [row for row, is_real in zip(rows, TRUE_MASK, strict=True) if is_real]
    assert real[5][2 + 2] == "nan"
    assert_array_equal(numbers(real), values[TRUE_MASK].astype(np.float64))


def test_csv_of_a_difference_is_a_minus_b_in_float32(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, compare="difference", other_step=0)
    tab.expect_step(7)
    open_menu(tab)
    tab.picker("export-signal").select_option("cell_state")
    _, rows = read_csv(download(tab, "CSV"))
    a, b = (stored(logs / "lstm/rnn", step, "cell_state")[0].astype(np.float32) for step in (7, 0))
    assert_array_equal(numbers(rows).astype(np.float32), a - b)


def test_csv_of_a_difference_is_empty_where_either_side_is_padding(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, sample=1, compare="difference", other_run="masked/rnn", other_step=3)
    tab.expect_step(7)
    open_menu(tab)
    _, rows = read_csv(download(tab, "CSV"))
    assert [all(field == "" for field in row[2:]) for row in rows] == list(~TRUE_MASK)
    a = stored(logs / "lstm/rnn", 7, "hidden_state")[1].astype(np.float32)
    b = stored(logs / "masked/rnn", 3, "hidden_state")[1].astype(np.float32)
    real = [row for row, is_real in zip(rows, TRUE_MASK, strict=True) if is_real]
    assert_array_equal(numbers(real).astype(np.float32), (a - b)[TRUE_MASK])


def test_npy_is_the_stored_array(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", layer="encoder/lstm", step=3, sample=1)
    tab.expect_step(3)
    open_menu(tab)
    tab.picker("export-signal").select_option("forget_gate")
    with tab.page.expect_download() as started:
        press(tab, "NPY")
    assert started.value.suggested_filename == "lstm-rnn-epoch-3-encoder-lstm-sample-1-forget_gate.npy"
    loaded = np.load(started.value.path())
    expected = stored(logs / "lstm/rnn", 3, "forget_gate", layer="encoder/lstm")[1]
    assert loaded.dtype == expected.dtype == np.float16
    assert_array_equal(loaded, expected)


def test_npy_of_either_side(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=4, compare="side", other_run="gru/rnn")
    tab.expect_step(4)
    menu = open_menu(tab)
    tab.picker("export-signal").select_option("candidate")
    for side, run, layer in [("A", "lstm/rnn", "lstm"), ("B", "gru/rnn", "gru")]:
        tab.picker("export-side").select_option(side)
        assert_array_equal(np.load(download(tab, "NPY")), stored(logs / run, 4, "candidate", layer)[0])
    tab.picker("export-signal").select_option("forget_gate")
    press(tab, "NPY")
    expect(menu.get_by_role("status").nth(1)).to_have_text("GRU has no forget gate")


@pytest.fixture(scope="module")
def odd(growing: Growing) -> tuple[str, Path]:
    """Return an address, and a run there with a name too long for the menu, and with values too large for float16."""
    run = growing.logs / LONG / "rnn"
    writer = RunWriter(run)
    writer.write_probe(logdir.probe())
    trace = lstm_trace(1, logdir.SAMPLES, TIMESTEPS, UNITS)
    large = LayerTrace(
        trace.key,
        trace.cell,
        {name: values * np.float32(1e6) if name == "cell_state" else values for name, values in trace.signals.items()},
        trace.ranges,
        trace.inputs,
        trace.initial_states,
    )
    writer.write_step(0, [large], logs={"loss": 1.0})
    growing.wait_for_runs(f"{LONG}/rnn")
    return growing.address, run


def test_npy_of_what_float16_cannot_hold_is_float32(odd: tuple[str, Path], open_tab: Open) -> None:
    address, run = odd
    tab = open_tab(address).open(run=f"{LONG}/rnn")
    tab.expect_step(0)
    open_menu(tab)
    tab.picker("export-signal").select_option("cell_state")
    loaded = np.load(download(tab, "NPY"))
    assert loaded.dtype == np.float32
    assert_array_equal(loaded, stored(run, 0, "cell_state")[0])


def test_nothing_of_the_menu_is_cut_off(odd: tuple[str, Path], open_tab: Open) -> None:
    tab = open_tab(odd[0]).open(run=f"{LONG}/rnn")
    tab.expect_step(0)
    menu = open_menu(tab)
    assert f'{LONG}/rnn")' in (menu.locator("code").text_content() or "")
    assert menu.locator("pre").evaluate("pre => pre.scrollWidth <= pre.clientWidth")
    inside = "menu => { const b = menu.getBoundingClientRect(); return b.left >= 0 && b.right <= innerWidth; }"
    assert menu.evaluate(inside)
    assert menu.evaluate("menu => menu.scrollWidth <= menu.clientWidth")


def test_escape_closes_the_menu_and_keeps_the_crosshair(tab: Tab) -> None:
    tab.open(run="lstm/rnn", timestep=3, unit=1)
    tab.expect_step(11)
    menu = open_menu(tab)
    tab.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(tab.value("cell_state")).to_have_attribute("data-timestep", "3")
    tab.page.keyboard.press("Escape")
    expect(tab.value("cell_state")).to_have_count(0)


def executed(tab: Tab) -> dict[str, NDArray[np.float32]]:
    """Return the arrays that the shown code creates."""
    menu = open_menu(tab)
    code = menu.locator("code").text_content() or ""
    tab.page.keyboard.press("Escape")
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102
    return {name: value for name, value in names.items() if isinstance(value, np.ndarray)}


def at_corner(tab: Tab, signal: str, corner: str, pane: int = 0) -> float:
    """Point at the first or the last visible cell of a lane, and return its number."""
    canvas = tab.lane(signal).locator("canvas").nth(pane)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    inset = 2 if corner == "first" else -2
    x, y = (box["x"], box["y"]) if corner == "first" else (box["x"] + box["width"], box["y"] + box["height"])
    tab.page.mouse.move(round(x + inset), round(y + inset))
    panes = tab.lane(signal).locator("canvas").count()
    value = tab.value(signal, "AB"[pane] if panes > 1 else None)
    return float(value.get_attribute("value") or "missing")


def expect_on_screen(tab: Tab, signal: str, values: NDArray[np.float32], pane: int = 0) -> None:
    """Assert that the first and the last number of an array are those of the first and the last visible cell."""
    assert at_corner(tab, signal, "first", pane) == values[0, 0]
    assert at_corner(tab, signal, "last", pane) == values[-1, -1]


def test_python_loads_the_picture(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, sample=1)
    tab.expect_step(7)
    values = executed(tab)["values"]
    assert_array_equal(values, stored(logs / "lstm/rnn", 7, "hidden_state")[1].astype(np.float32))
    expect_on_screen(tab, "hidden_state", values)


def test_python_loads_the_stretch_in_view(tab: Tab, logs: Path) -> None:
    tab.open(run="long/rnn", **{"from": 100.5, "to": 180.25})
    tab.expect_step(0)
    values = executed(tab)["values"]
    assert_array_equal(values, stored(logs / "long/rnn", 0, "hidden_state")[0, 100:181].astype(np.float32))
    expect_on_screen(tab, "hidden_state", values)


def test_python_loads_the_stretch_in_view_of_this_screen(tab: Tab, logs: Path) -> None:
    """Three timesteps do not fill the window, so more of them are in view than the address names."""
    tab.open(run="lstm/rnn", step=7, **{"from": 13, "to": 16})
    tab.expect_step(7)
    values = executed(tab)["values"]
    assert 3 < len(values) < TIMESTEPS
    assert_array_equal(values, stored(logs / "lstm/rnn", 7, "hidden_state")[0, -len(values) :].astype(np.float32))
    expect_on_screen(tab, "hidden_state", values)


def test_python_loads_the_units_that_show(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, pinned="4, 2", only=1)
    tab.expect_step(7)
    values = executed(tab)["values"]
    assert_array_equal(values, stored(logs / "lstm/rnn", 7, "hidden_state")[0][:, [4, 2]].astype(np.float32))
    expect_on_screen(tab, "hidden_state", values)


def test_python_loads_two_runs(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=4, compare="side", other_run="gru/rnn", signal="candidate")
    tab.expect_step(4)
    made = executed(tab)
    assert sorted(made) == ["a", "b"]
    assert_array_equal(made["a"], stored(logs / "lstm/rnn", 4, "candidate")[0].astype(np.float32))
    assert_array_equal(made["b"], stored(logs / "gru/rnn", 4, "candidate", "gru")[0].astype(np.float32))
    expect_on_screen(tab, "candidate", made["a"], pane=0)
    expect_on_screen(tab, "candidate", made["b"], pane=1)


def test_python_subtracts_two_steps(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, compare="difference", other_step=0, pinned="5, 0, 3", only=1)
    tab.expect_step(7)
    made = executed(tab)
    a, b = (stored(logs / "lstm/rnn", step, "hidden_state")[0][:, [5, 0, 3]] for step in (7, 0))
    assert_array_equal(made["difference"], a.astype(np.float32) - b.astype(np.float32))
    expect_on_screen(tab, "hidden_state", made["difference"])


READ = "() => navigator.clipboard.readText()"


def copied(tab: Tab, button: str) -> str:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu = open_menu(tab)
    press(tab, button)
    expect(menu.get_by_role("status").filter(has_text="Copied.")).to_have_count(1)
    return str(tab.frame.locator("html").evaluate(READ))


def test_the_link_shows_the_same(tab: Tab, open_tab: Open) -> None:
    tab.open(run="lstm/rnn", layer="encoder/lstm", step=7, sample=1, compare="difference", other_step=2)
    tab.expect_step(7)
    tab.hover("hidden_state", 9, 2, TIMESTEPS, 3)
    tab.page.mouse.down()
    tab.page.mouse.up()
    link = copied(tab, "Copy link")
    assert link == tab.page.url
    other = open_tab(tab.address)
    other.page.goto(link)
    other.expect_step(7)
    expect(other.timeline).to_have_attribute("data-other-step", "2")
    for picker, chosen in [("run", "lstm/rnn"), ("layer", "encoder/lstm"), ("sample", "1"), ("other-step", "2")]:
        expect(other.picker(picker)).to_have_value(chosen)
    expect(other.button("A \u2212 B")).to_have_attribute("aria-pressed", "true")
    for shown in (tab, other):
        expect(shown.value("hidden_state")).to_have_attribute("data-timestep", "9")
        expect(shown.value("hidden_state")).to_have_attribute("data-unit", "2")
    numbers = [shown.value("hidden_state").get_attribute("value") for shown in (tab, other)]
    assert numbers[0] == numbers[1]


STEP_AND_CLICK = """button => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    button.click();
}"""


def test_the_link_is_ahead_of_the_address_bar(tab: Tab) -> None:
    """The address is updated at intervals, since browsers limit how often it may be."""
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    assert "step=7" in copied(tab, "Copy link")
    tab.button("Copy link").evaluate(STEP_AND_CLICK)
    assert "step=8" in str(tab.frame.locator("html").evaluate(READ))


REFUSE = "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }"


def test_the_code_is_copied_where_the_clipboard_is_refused(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.frame.locator("html").evaluate(REFUSE)
    text = copied(tab, "Copy code")
    assert text == tab.frame.get_by_role("dialog", name="Export").locator("code").text_content()
    expect(tab.button("Copy code")).to_be_focused()


def test_a_failed_copy_is_reported(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.frame.locator("html").evaluate(f"() => {{ ({REFUSE})(); document.execCommand = () => false; }}")
    menu = open_menu(tab)
    press(tab, "Copy link")
    expect(menu).to_contain_text("select the text and copy it yourself")
    expect(menu).not_to_contain_text("Copied.")
