"""Layers whose rows are not the probe's samples: what the rows are called, and what stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone


def test_every_row_is_reached_under_its_own_name(tab: Tab, logs: Path) -> None:
    """With its sample's tokens, annotations and series where that is known, and with none where it is not."""
    tab.open(run="reshaped/rnn", layer="parts", sample=4, timestep=3, unit=1)
    tab.expect_step(0)
    sample, token = tab.picker("sample"), tab.frame.locator(".readout .token")
    tracks = tab.frame.locator(".track")
    assert sample.locator("option").all_inner_texts() == [
        *(f"{part - 1} · first · part {part}" for part in (1, 2, 3)),
        *(f"{part + 2} · second · part {part}" for part in (1, 2, 3)),
    ]
    expect(sample).to_have_value("4")
    assert number(tab.value("cell_state")) == stored(logs, "reshaped/rnn", 0, "cell_state", "parts")[4, 3, 1]
    expect(token).to_have_text("“s”")
    assert tracks.count() == 3
    sample.select_option("1")
    expect(token).to_have_text("“f”")
    tab.picker("layer").select_option("mixed")
    expect(sample).to_have_value("0")
    assert sample.locator("option").all_inner_texts() == ["row 0", "row 1", "row 2", "row 3"]
    sample.select_option("3")
    tab.expect_in_url("sample=3")
    expect(tracks).to_have_count(0)
    expect(token).to_have_count(0)
    row = stored(logs, "reshaped/rnn", 0, "cell_state", "mixed")[3, 3, 1]
    expect(tab.value("cell_state")).to_have_attribute("value", str(row))


def test_a_layer_shows_the_sample_of_the_last_one(tab: Tab) -> None:
    """A row that is not there is said to be missing."""
    tab.open(run="reshaped/rnn", layer="plain", sample=1)
    tab.expect_step(0)
    tab.picker("layer").select_option("parts")
    expect(tab.picker("sample")).to_have_value("3")
    tab.picker("layer").select_option("plain")
    expect(tab.picker("sample")).to_have_value("1")
    tab.open(run="reshaped/rnn", layer="mixed", sample=7)
    tab.expect_step(0)
    notice = "Layer “mixed” has no row 7, only 0 to 3: “row 0” is shown."
    expect(tab.frame.locator(".notice li")).to_have_text(notice)
