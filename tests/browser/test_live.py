"""While training runs and while the epochs play, every picture shows the step it names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.thinning import steps_to_drop
from tb_rnn_plugin.log.writer import RunWriter
from tests.browser import logdir
from tests.browser.growing import Growing
from tests.browser.logdir import STEPS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

LAST = STEPS[-1]
Open = Callable[[str], Tab]

# Every step that is shown, and of each picture on the screen the step on the scrubber, the step of the timeline and
# the number at the crosshair. On a busy machine, two steps may fall into one frame.
NOTE_PICTURES = """() => {
    const app = document.querySelector("rnn-timeline-app").shadowRoot;
    const timeline = app.querySelector("rnn-timeline");
    window.pictures = [];
    window.steps = [];
    const note = () => {
        const lane = timeline.shadowRoot.querySelector('rnn-lane[data-signal="cell_state"]').shadowRoot;
        const label = app.querySelector("rnn-scrubber").shadowRoot.querySelector(".where b").textContent;
        window.pictures.push([label, Number(timeline.dataset.shownStep), Number(lane.querySelector("data").value)]);
    };
    new MutationObserver(() => {
        window.steps.push(Number(timeline.dataset.shownStep));
        requestAnimationFrame(note);
    }).observe(timeline, { attributeFilter: ["data-shown-step"] });
}"""


@pytest.fixture
def run(growing: Growing, request: pytest.FixtureRequest) -> str:
    """Add a run, and return its name."""
    run = f"{request.node.name}/rnn"
    logdir.write_lstm(growing.logs / run)
    growing.wait_for_runs(run)
    return run


def add_step(run: Path, step: int) -> None:
    """Add a step to a run, with the numbers of its last one."""
    directory = layout.trace_directory(run)
    shutil.copy(directory / layout.step_file(LAST), directory / layout.step_file(step))


def test_new_steps_appear_and_the_user_is_not_moved(growing: Growing, run: str, open_tab: Open) -> None:
    tab = open_tab(growing.address).open(run=run, timestep=3, unit=2, **{"from": 2, "to": 9})
    tab.expect_step(LAST)
    add_step(growing.logs / run, LAST + 1)
    tab.reload_data()
    expect(tab.frame.get_by_role("slider")).to_have_attribute("aria-valuemax", str(LAST + 1))
    tab.expect_step(LAST)
    tab.expect_in_url("from=2")
    expect(tab.value("candidate")).to_have_attribute("data-timestep", "3")


def test_a_run_that_is_thinned_shows_a_step_that_is_left(growing: Growing, run: str, open_tab: Open) -> None:
    """As `keep=` does during training; the numbers are those of the named step."""
    left = steps_to_drop(STEPS, 4)
    tab = open_tab(growing.address).open(run=run, step=left[0], timestep=3, unit=2)
    tab.expect_step(left[0])
    RunWriter(growing.logs / run).thin(4)
    tab.reload_data()
    kept = [step for step in STEPS if step not in left]
    nearest = min(kept, key=lambda step: abs(step - left[0]))
    tab.expect_step(nearest)
    assert number(tab.value("candidate")) == stored(growing.logs, run, nearest, "candidate")[0, 3, 2]
    tab.focus()
    tab.page.keyboard.press("End")
    tab.expect_step(LAST)
    tab.page.keyboard.press("ArrowLeft")
    tab.expect_step(kept[-2])


def test_the_newest_step_is_followed_until_another_is_chosen(growing: Growing, run: str, open_tab: Open) -> None:
    tab = open_tab(growing.address).open(run=run, step=4)
    tab.expect_step(4)
    tab.button("Follow").click()
    tab.expect_step(LAST)
    tab.expect_in_url("follow=1")
    add_step(growing.logs / run, LAST + 1)
    tab.reload_data()
    tab.expect_step(LAST + 1)
    tab.focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.expect_step(LAST)
    expect(tab.button("Follow")).to_have_attribute("aria-pressed", "false")
    add_step(growing.logs / run, LAST + 2)
    tab.reload_data()
    expect(tab.frame.get_by_role("slider")).to_have_attribute("aria-valuemax", str(LAST + 2))
    tab.expect_step(LAST)


def test_the_inspector_grows_with_the_run(growing: Growing, run: str, open_tab: Open) -> None:
    tab = open_tab(growing.address).open(run=run, panel="unit", signal="cell_state", timestep=3, unit=2)
    tab.expect_step(LAST)
    expect(tab.lane("evolution").locator("canvas")).to_have_count(1)
    add_step(growing.logs / run, LAST + 1)
    tab.reload_data()
    expect(tab.frame.get_by_role("slider")).to_have_attribute("aria-valuemax", str(LAST + 1))
    tab.hover("evolution", 3, LAST + 1, logdir.TIMESTEPS, len(STEPS) + 1)
    value = str(stored(growing.logs, run, LAST + 1, "cell_state")[0, 3, 2])
    expect(tab.lane("evolution").locator("data")).to_have_attribute("value", value)


@pytest.mark.alone
@pytest.mark.parametrize("rate", ["1", "20"])
def test_every_picture_of_a_playing_run_stands_under_its_own_number(tab: Tab, logs: Path, rate: str) -> None:
    first = 0 if rate == "20" else LAST - 2
    tab.open(run="lstm/rnn", step=first, timestep=9, unit=4)
    tab.expect_step(first)
    tab.page.evaluate(NOTE_PICTURES)
    tab.frame.get_by_label("Speed of playing").select_option(rate)
    tab.button("Play").click()
    tab.expect_step(LAST)
    expect(tab.button("Play")).to_be_visible()
    assert tab.page.evaluate("() => window.steps") == list(range(first + 1, LAST + 1))
    for label, step, value in tab.page.evaluate("() => window.pictures"):
        assert label == f"epoch {step}"
        assert value == stored(logs, "lstm/rnn", step, "cell_state")[0, 9, 4]


@pytest.mark.alone
def test_playing_waits_for_a_slow_server_and_shows_no_step_under_another_number(tab: Tab, logs: Path) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.url.endswith("step=9"):
            held.append(route)
        else:
            route.continue_()

    tab.page.route("**/data/plugin/rnn_timeline/trace*", hold)
    tab.open(run="lstm/rnn", step=7, timestep=9, unit=4)
    tab.expect_step(7)
    tab.frame.get_by_label("Speed of playing").select_option("20")
    tab.button("Play").click()
    expect(tab.frame.locator("rnn-scrubber .where span")).to_have_text("loading 9…")
    tab.expect_step(8)
    value = tab.value("cell_state")
    expect(value).to_have_attribute("value", str(stored(logs, "lstm/rnn", 8, "cell_state")[0, 9, 4]))
    for route in held:
        route.continue_()
    tab.expect_step(LAST)


@pytest.mark.alone
def test_playing_from_the_last_step_begins_with_the_first(tab: Tab) -> None:
    tab.open(run="lstm/rnn", timestep=9, unit=4)
    tab.expect_step(LAST)
    tab.page.evaluate(NOTE_PICTURES)
    tab.frame.get_by_label("Speed of playing").select_option("20")
    tab.button("Play").click()
    tab.page.wait_for_function("last => window.steps.includes(last)", arg=LAST)
    assert tab.page.evaluate("() => window.steps") == list(range(LAST + 1))


def test_the_address_edited_to_another_run_shows_that_run(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=4, timestep=9, unit=4)
    tab.expect_step(4)
    tab.page.evaluate("location.hash = '#rnn_timeline&p.rnn_timeline.run=gru%2Frnn&p.rnn_timeline.step=6'")
    tab.expect_step(6)
    expect(tab.picker("run")).to_have_value("gru/rnn")
    tab.hover("candidate", 3, 2, logdir.TIMESTEPS, logdir.UNITS)
    assert number(tab.value("candidate")) == stored(logs, "gru/rnn", 6, "candidate", "gru")[0, 3, 2]
