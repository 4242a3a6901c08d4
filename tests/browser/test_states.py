"""The tab without data, with too much of it, with errors, and in dark mode."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tb_rnn_plugin.log import layout
from tests.browser import logdir
from tests.browser.growing import Growing
from tests.browser.tab import Tab
from tests.tensorboard_process import tensorboard

Open = Callable[[str], Tab]


def test_an_empty_log_shows_the_lines_to_add_until_the_first_run_appears_by_itself(
    tmp_path: Path, open_tab: Open
) -> None:
    (tmp_path / "logs").mkdir()
    with tensorboard("--logdir", tmp_path / "logs") as board:
        board.wait_for_runs()
        tab = open_tab(board.address).open()
        code = tab.frame.locator("code").first
        expect(code).to_contain_text("from tb_rnn_plugin import RNNTimeline")
        expect(code).to_contain_text('callbacks=[RNNTimeline("logs/run-1", probe=x_val[:8])]')
        tab.frame.get_by_role("button", name="Copy").click()
        expect(tab.frame.get_by_role("button", name="Copied")).to_be_visible()
        expect(tab.frame.locator("rnn-empty-state")).to_be_visible()
        logdir.write_masked(tmp_path / "logs" / "b" / "rnn")
        # TensorBoard looks for runs every second, the tab every three seconds.
        expect(tab.lanes).to_have_count(6, timeout=30_000)
        tab.expect_step(4)
        tab.page.close()  # It keeps asking for runs, and would log errors once TensorBoard has ended.


def test_the_tab_works_under_a_path_prefix(tmp_path: Path, open_tab: Open) -> None:
    logdir.write_masked(tmp_path / "logs" / "b" / "rnn")
    with tensorboard("--logdir", tmp_path / "logs", "--path_prefix=/under/here") as board:
        board.wait_for_runs("b/rnn")
        tab = open_tab(board.address).open()
        expect(tab.lanes).to_have_count(6)
        tab.expect_step(4)
        tab.page.close()  # As above.


def test_dark_mode_follows_tensorboard_at_once(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    page = tab.frame.locator("html")
    expect(page).to_have_css("background-color", "rgb(255, 255, 255)")
    light = tab.lane("cell_state").locator(".ramp").get_attribute("style")
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    expect(page).to_have_css("background-color", "rgb(20, 22, 26)")
    expect(tab.lane("cell_state").locator(".ramp")).not_to_have_attribute("style", light or "")


@pytest.fixture
def run(growing: Growing, request: pytest.FixtureRequest) -> str:
    """Add a run, and return its name."""
    run = f"{request.node.name}/rnn"
    logdir.write_lstm(growing.logs / run)
    growing.wait_for_runs(run)
    return run


@pytest.mark.alone
def test_a_run_that_vanishes_is_reported_and_another_can_be_chosen(growing: Growing, run: str, open_tab: Open) -> None:
    other = f"beside-{run}"
    logdir.write_masked(growing.logs / other)
    growing.wait_for_runs(other)
    tab = open_tab(growing.address).open(run=run, step=3)
    tab.expect_step(3)
    shutil.rmtree(growing.logs / run)
    tab.focus()
    tab.page.keyboard.press("ArrowRight")
    alert = tab.frame.get_by_role("alert")
    expect(alert).to_contain_text("any more")
    expect(tab.lanes).to_have_count(0)
    tab.picker("run").select_option(other)
    tab.expect_step(4)
    # The browser itself reports each 404.
    tab.ignore_errors("404")


@pytest.mark.alone
def test_a_damaged_file_is_a_notice_that_can_be_dismissed(growing: Growing, run: str, open_tab: Open) -> None:
    last = layout.trace_directory(growing.logs / run) / layout.step_file(11)
    last.write_bytes(last.read_bytes()[:100])
    tab = open_tab(growing.address).open(run=run, step=5)
    tab.expect_step(5)
    notice = tab.frame.locator(".notice")
    expect(notice).to_contain_text(layout.step_file(11))
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)


@pytest.mark.alone
def test_the_servers_sentence_is_shown_and_other_steps_stay_reachable(tab: Tab) -> None:
    sentence = "Step 3 of run 'lstm/rnn' cannot be read: it ends after 7 bytes. <b>"

    def refuse(route: Route) -> None:
        if route.request.url.endswith("step=3"):
            route.fulfill(status=404, content_type="text/plain", body=sentence)
        else:
            route.continue_()

    tab.page.route("**/data/plugin/rnn_timeline/trace*", refuse)
    tab.open(run="lstm/rnn", step=3)
    expect(tab.frame.get_by_role("alert")).to_contain_text(sentence)
    tab.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.expect_step(4)
    tab.ignore_errors("404")


@pytest.mark.alone
def test_many_annotations_and_signals_scroll_under_the_time_axis(tab: Tab) -> None:
    """With many tracks the lanes keep their minimum height, and the axis stays in view."""
    names = [f"annotation {i}" for i in range(12)]

    def more(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        if "annotations" in body and isinstance(body["annotations"], list):
            body["annotations"] = [{"name": name, "kind": "flag"} for name in names]
        else:
            body["annotations"] = {name: [1] * len(body["tokens"]) for name in names}
        route.fulfill(response=response, body=json.dumps(body))

    tab.page.route("**/data/plugin/rnn_timeline/run?*", more)
    tab.page.route("**/data/plugin/rnn_timeline/sample?*", more)
    tab.open(run="lstm/rnn")
    expect(tab.frame.locator(".track")).to_have_count(12)
    tab.lane("hidden_state").scroll_into_view_if_needed()
    expect(tab.lane("hidden_state")).to_be_in_viewport(ratio=0.9)
    expect(tab.frame.locator(".axis canvas")).to_be_in_viewport(ratio=0.9)


@pytest.mark.alone
def test_help_opens_and_closes_with_its_key(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(11)
    tab.focus()
    dialog = tab.frame.get_by_role("dialog", name="Keys and mouse")
    tab.page.keyboard.press("?")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Alt ↑ ↓")
    tab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.alone
def test_everything_can_be_reached_and_is_named(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(11)
    unnamed = tab.frame.locator("html").evaluate(
        """() => {
            const found = [];
            const walk = (root) => {
                for (const element of root.querySelectorAll("*")) {
                    if (element.shadowRoot) walk(element.shadowRoot);
                    if (!element.matches("button, select, input, [role=slider], [tabindex]")) continue;
                    const label = element.ariaLabel || element.labels?.[0]?.textContent || element.textContent;
                    if (!label.trim()) found.push(element.outerHTML);
                }
            };
            walk(document);
            return found;
        }"""
    )
    assert unnamed == []


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 800, 1), (1920, 1080, 2)])
def test_pictures(browser: Browser, address: str, width: int, height: int, scale: int) -> None:
    """Take pictures for people to look at, in `tests/browser/screenshots/`, which git ignores."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    tab = Tab(page, address).open(run="lstm/rnn", timestep=3, unit=1)
    for run, last in [("lstm", 11), ("masked", 4), ("long", 0)]:
        tab.picker("run").select_option(f"{run}/rnn")
        tab.expect_step(last)
        for theme in ("light", "dark"):
            page.evaluate("dark => document.body.classList.toggle('dark-mode', dark)", theme == "dark")
            expect(tab.frame.locator("html")).to_have_attribute("data-theme", theme)
            tab.shoot(Path(__file__).parent / "screenshots" / f"{run}-{theme}-{width}@{scale}x.png")
    page.close()
    assert tab.errors == []
