"""The Detectors panel: which units track an annotation, how likely by chance, and since which step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Route, expect

from tb_rnn_plugin.run import open_run
from tests.browser.logdir import STEPS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone

LAST = STEPS[-1]


def panel(tab: Tab) -> Locator:
    return tab.frame.locator("rnn-detectors-panel")


def rows(tab: Tab) -> Locator:
    return panel(tab).locator("tbody tr")


def auc(values: NDArray[np.float64], flags: NDArray[np.bool_]) -> float:
    """Return the share of pairs in which the value with the flag is larger, or smaller, whichever share is larger."""
    on, off = values[flags][:, None], values[~flags][None]
    larger = float(((on > off) + 0.5 * (on == off)).mean())
    return max(larger, 1 - larger)


def test_units_are_ranked_by_how_well_they_track_a_flag(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, panel="detectors")
    run = open_run(logs / "lstm" / "rnn")
    flags = run.annotation("inside comment")
    ranked = run.detectors("inside comment", 7)
    expect(rows(tab)).to_have_count(30)
    panel(tab).get_by_role("button", name=f"{len(ranked) - 30} more").click()
    expect(rows(tab)).to_have_count(len(ranked))
    for row, one in zip(rows(tab).all(), ranked, strict=True):
        assert row.get_attribute("data-layer") == one.layer
        assert row.get_attribute("data-signal") == one.signal
        assert row.get_attribute("data-unit") == str(one.unit)
        values = stored(logs, "lstm/rnn", 7, one.signal, one.layer)[:, :, one.unit]
        score = number(row.locator("data"))
        assert score == pytest.approx(auc(values, flags), abs=1e-9)
        assert row.locator("td").last.inner_text() == ("high" if one.sign > 0 else "low")
        share = row.locator("i").evaluate("bar => bar.style.getPropertyValue('--share')")
        assert float(share.removesuffix("%")) == pytest.approx(200 * (score - 0.5), abs=0.06)
    # Both samples have the same text, so that exchanging their annotations changes no score.
    chance = panel(tab).locator(".chance")
    assert number(chance.locator("data")) == pytest.approx(ranked[0].score)
    expect(chance).to_contain_text(f"By chance the best of all units reaches {ranked[0].chance:.2f}")
    expect(chance).to_contain_text("luck does better in half of all cases")
    expect(chance).to_contain_text("No unit tracks it better than chance.")


def test_a_part_of_the_timesteps_is_told(tab: Tab) -> None:
    """As of a run that is too large to compare all."""

    def fewer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "places": 60_000, "compared_places": 2000})

    tab.open(run="lstm/rnn", step=7, panel="detectors")
    expect(rows(tab)).to_have_count(30)
    expect(panel(tab).locator(".chance")).not_to_contain_text("Compared at")
    tab.page.route("**/data/plugin/rnn_timeline/detectors?*", fewer)
    tab.open(run="lstm/rnn", step=4, panel="detectors")
    expect(panel(tab).locator(".chance")).to_contain_text("Compared at 2,000 of 60,000 timesteps of all samples")


def test_numbers_are_tracked_by_correlation(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=4, panel="detectors")
    tab.picker("annotation").select_option("bracket depth")
    expect(panel(tab).locator("th.number")).to_have_text("|r|")
    depth = open_run(logs / "lstm" / "rnn").annotation("bracket depth").ravel()
    expect(rows(tab)).to_have_count(30)
    scores = []
    for row in rows(tab).all():
        layer, signal, unit = (row.get_attribute(f"data-{name}") or "" for name in ("layer", "signal", "unit"))
        values = stored(logs, "lstm/rnn", 4, signal, layer)[:, :, int(unit)].ravel()
        scores.append(number(row.locator("data")))
        assert scores[-1] == pytest.approx(abs(np.corrcoef(values, depth)[0, 1]), abs=1e-9)
    assert scores == sorted(scores, reverse=True)
    tab.expect_in_url("annotation=bracket depth")


def test_a_click_shows_the_unit_and_since_when_it_tracks(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, panel="detectors", timestep=5, unit=1)
    expect(panel(tab)).to_contain_text("Click a unit to see since when")
    row = panel(tab).locator('tr[data-layer="encoder/lstm"]').first
    signal, unit = row.get_attribute("data-signal") or "", int(row.get_attribute("data-unit") or "")
    row.locator("td").nth(1).click()
    for text in ("layer=encoder/lstm", f"signal={signal}", f"pinned={unit}", "timestep=5", f"unit={unit}"):
        tab.expect_in_url(text)
    expect(row).to_have_class("picked")
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "true")

    flags = open_run(logs / "lstm" / "rnn").annotation("inside comment")
    chart = panel(tab).locator("rnn-history-chart")
    expect(chart.locator(".end")).to_have_text(["0.5", "1"])
    svg = chart.locator("rnn-line-chart svg")
    box = svg.bounding_box()
    assert box is not None
    for step in (0, 5, LAST):
        svg.hover(position={"x": 8 + step / LAST * (box["width"] - 16), "y": 40})
        own, best = chart.locator(".figures data").all()
        expect(own).to_have_attribute("data-step", str(step))
        values = stored(logs, "lstm/rnn", step, signal, "encoder/lstm")
        scores = [auc(values[:, :, other], flags) for other in range(values.shape[2])]
        assert number(own) == pytest.approx(scores[unit], abs=1e-9)
        assert number(best) == pytest.approx(max(scores), abs=1e-9)
    svg.click(position={"x": 8, "y": 40})
    tab.expect_step(0)


def test_the_keyboard_picks_a_row(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.focus()
    tab.page.keyboard.press("4")
    second = rows(tab).nth(1)
    second.get_by_role("button").focus()
    tab.page.keyboard.press("Enter")
    tab.expect_in_url(f"pinned={second.get_attribute('data-unit')}")
    tab.expect_in_url("timestep=0")
    expect(second).to_have_class("picked")


def test_without_annotations_it_says_how_to_give_them(tab: Tab) -> None:
    tab.open(run="series/rnn", panel="detectors")
    expect(panel(tab)).to_contain_text('RNNTimeline(annotations={"inside string": …})')
    expect(rows(tab)).to_have_count(0)


def test_one_sample_leaves_nothing_to_compare_with(tab: Tab) -> None:
    tab.open(run="long/rnn", panel="detectors")
    expect(panel(tab).locator(".chance")).to_have_text("One sample: nothing to compare with.")
    expect(rows(tab)).to_have_count(24)
