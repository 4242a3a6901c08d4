"""Layers whose second axis is not time, or not known to be: what it is called, and what does not stand beside it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.logdir import TIMESTEPS
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone


def test_tokens_and_annotations_stand_beside_time_alone(tab: Tab) -> None:
    tab.open(run="scores/rnn", layer="lstm")
    readout, axis, tracks = (tab.frame.locator(name) for name in (".readout", ".axis-name", ".track"))
    expect(readout).to_contain_text(f"{TIMESTEPS} timesteps")
    expect(tracks).to_have_count(2)
    for layer, name, described in (
        ("scores", "query", f"{TIMESTEPS} queries"),
        ("custom", "position", f"{TIMESTEPS} positions, not known to be time"),
    ):
        tab.picker("layer").select_option(layer)
        expect(readout).to_contain_text(described)
        expect(axis).to_have_text(name)
        expect(tracks).to_have_count(0)
    tab.open(run="scores/rnn", layer="scores", timestep=3, unit=1)
    expect(readout).to_contain_text("query 3")
    expect(tab.frame.locator(".readout .token")).to_have_count(0)
