"""The tracks of inputs, targets and predictions above the lanes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Request, expect
from safetensors import safe_open

from tb_rnn_plugin.log import layout
from tests.browser.logdir import TIMESTEPS
from tests.browser.numbers import MINUS, NONE
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone


def track(tab: Tab, name: str) -> Locator:
    return tab.frame.locator(".track", has=tab.frame.locator(f'span[title="{name}"]'))


def read(logs: Path, file: str, name: str) -> NDArray[np.float64]:
    with safe_open(layout.trace_directory(logs / "series/rnn") / file, framework="numpy") as opened:
        return np.asarray(opened.get_tensor(name)).astype(np.float64)


def text(row: Locator) -> str:
    """Return the full text of a track at the crosshair."""
    return (row.locator("b").get_attribute("title") or "").replace(MINUS, "-")


def test_series_targets_and_predictions_with_their_numbers(tab: Tab, logs: Path) -> None:
    tab.open(run="series/rnn", step=1, sample=1, timestep=5, unit=2)
    tab.expect_step(1)
    price = read(logs, layout.PROBE_FILE, "inputs/price")[1, 5, 0]
    assert float(text(track(tab, "price"))) == pytest.approx(price, rel=1e-2)
    target = read(logs, layout.PROBE_FILE, "targets/next")[1, 5]
    predicted = read(logs, layout.step_file(1), "predictions/next")[1, 5, 0]
    shown = [float(part) for part in text(track(tab, "next")).split(" for ")]
    assert shown == pytest.approx([predicted, target], rel=1e-2)
    scores = read(logs, layout.step_file(1), "predictions/label")[1, 5]
    label = int(read(logs, layout.PROBE_FILE, "targets/label")[1, 5])
    right, best, guess = text(track(tab, "label, target")).split(", ")
    assert float(right) == pytest.approx(scores[label], rel=1e-2)
    assert float(best.removeprefix("best ")) == pytest.approx(scores.max(), rel=1e-2)
    assert guess == f"class {scores.argmax()}"


def test_vectors_are_not_classes_and_an_output_without_a_target_has_none(tab: Tab, logs: Path) -> None:
    tab.open(run="series/rnn", step=1, timestep=5, unit=2)
    tab.expect_step(1)
    target = read(logs, layout.PROBE_FILE, "targets/place")[0, 5]
    predicted, wanted = text(track(tab, "place")).split(" for ")
    assert [float(one) for one in wanted.split(", ")] == pytest.approx(target, rel=1e-2)
    assert [float(one) for one in predicted.split(", ")] == pytest.approx(target + 0.25, rel=1e-2)
    energy = read(logs, layout.step_file(1), "predictions/energy")[0, 5]
    assert float(text(track(tab, "energy"))) == pytest.approx(energy, rel=1e-2)


def test_predictions_are_those_of_the_shown_step(tab: Tab) -> None:
    tab.open(run="series/rnn", step=0, timestep=5, unit=2)
    tab.expect_step(0)
    before = text(track(tab, "next"))
    tab.focus()
    tab.page.keyboard.press("End")
    tab.expect_step(2)
    assert text(track(tab, "next")) != before
    assert text(track(tab, "next")).split(" for ")[1] == before.split(" for ")[1]


def test_a_run_without_predictions_is_asked_for_its_series_once(tab: Tab) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/series?" in request.url:
            asked.append(request.url)

    tab.page.on("request", note)
    tab.open(run="lstm/rnn", step=0)
    tab.expect_step(0)
    tab.focus()
    for step in (1, 2, 3):
        tab.page.keyboard.press("ArrowRight")
        tab.expect_step(step)
    assert len(asked) == 1


def test_tracks_of_both_runs_stand_over_their_own_pane(tab: Tab) -> None:
    tab.open(run="lstm/rnn", compare="side", other_run="series/rnn", timestep=TIMESTEPS - 1, unit=0)
    expect(track(tab, "next").locator("canvas")).to_have_count(2)
    # A has no such track, and its half shows a dash.
    assert text(track(tab, "next")).startswith(f"{NONE} | ")
    assert text(track(tab, "inside comment")) == f"yes | {NONE}"
