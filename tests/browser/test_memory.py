"""The Memory panel: the horizons that gates allow, and the measured reach of one value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import open_run
from tests.browser.computed import ENDLESS, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone


def panel(tab: Tab) -> Locator:
    return tab.frame.locator("rnn-memory-panel")


def said(tab: Tab, kind: str) -> Locator:
    return panel(tab).locator(f'[data-kind="{kind}"]')


def horizons(logs: Path, step: int) -> Array:
    """Return 1 / (1 - mean forget gate) of each unit; no timestep is masked."""
    mean = stored(logs, "made-lstm/rnn", step, "forget_gate").mean(axis=(0, 1))
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (1 - mean))


def hover(tab: Tab, chart: Locator, place: int, count: int) -> None:
    """Move the mouse to the middle of one of `count` columns."""
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + (place + 0.5) / count * box["width"], box["y"] + box["height"] / 2)


def test_horizons_by_rank(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="memory")
    expected = horizons(logs, 4)
    assert np.isinf(expected[ENDLESS])
    assert number(said(tab, "beyond")) == (expected > TIMESTEPS).sum()
    assert number(said(tab, "median")) == pytest.approx(float(np.median(expected)), rel=1e-9)
    plot = panel(tab).locator("rnn-horizon-plot")
    order = np.argsort(-expected, kind="stable")
    dots = plot.locator("circle")
    assert [dot.get_attribute("data-unit") for dot in dots.all()] == [str(unit) for unit in order]
    heights = [float(dot.get_attribute("cy") or 0) for dot in dots.all()]
    assert heights == sorted(heights)
    for rank, unit in enumerate(order):
        hover(tab, plot.locator("svg"), rank, UNITS)
        expect(plot.locator("data")).to_have_attribute("data-unit", str(unit))
        shown = plot.locator("data").get_attribute("value") or ""
        assert float(shown.replace("Infinity", "inf")) == pytest.approx(expected[unit], rel=1e-9)
    expect(panel(tab)).to_contain_text("Tallec & Ollivier 2018")


def test_a_unit_is_picked_by_mouse_and_by_keyboard(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="memory", timestep=12, unit=0)
    order = np.argsort(-horizons(logs, 4), kind="stable")
    plot = panel(tab).locator("rnn-horizon-plot")
    expect(plot.locator("circle")).to_have_count(UNITS)
    hover(tab, plot.locator("svg"), 2, UNITS)
    tab.page.mouse.down()
    tab.page.mouse.up()
    title = panel(tab).get_by_label("Reach", exact=True).locator("h3")
    expect(title).to_have_text(f"Measured: hidden state of unit {order[2]} at timestep 12")
    tab.expect_in_url(f"pinned={order[2]}")
    panel(tab).get_by_label("Longest horizons").get_by_role("button").first.press("Enter")
    expect(title).to_have_text(f"Measured: hidden state of unit {ENDLESS} at timestep 12")
    expect(said(tab, "horizon")).to_have_text("∞")


@pytest.mark.parametrize(
    ("run", "sample", "signal", "timestep"),
    [
        ("made-lstm/rnn", 0, "cell_state", 20),
        ("made-lstm/rnn", 1, "forget_gate", 5),
        ("made-backwards/rnn", 1, "cell_state", 3),
    ],
)
def test_the_measured_reach(tab: Tab, logs: Path, run: str, sample: int, signal: str, timestep: int) -> None:
    tab.open(run=run, step=0, sample=sample, panel="memory", signal=signal, timestep=timestep, unit=2)
    state = signal if signal == "cell_state" else "hidden_state"
    found = open_run(logs / run).reach("lstm", state, 0, sample=sample, timestep=timestep, unit=2)
    assert number(said(tab, "reach")) == found.steps > 0
    plot = panel(tab).locator("rnn-reach-plot")
    expect(plot.locator("path.main")).to_have_attribute("data-line", state)
    for at in range(TIMESTEPS):
        hover(tab, plot.locator("svg"), at, TIMESTEPS)
        for name, norms in found.norms.items():
            shown = plot.locator(f'data[data-state="{name}"]')
            expect(shown).to_have_attribute("data-timestep", str(at))
            assert number(shown) == pytest.approx(norms[at], rel=1e-9, nan_ok=True)
            assert (shown.inner_text() == "padding") == np.isnan(norms[at])


def test_the_reach_ends_where_less_than_a_hundredth_is_left(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=0, panel="memory", signal="cell_state", timestep=20, unit=2)
    found = open_run(logs / "made-lstm" / "rnn").reach("lstm", "cell_state", 0, sample=0, timestep=20, unit=2)
    norms = np.hypot(found.norms["cell_state"], found.norms["hidden_state"])
    end = 20 - int(number(said(tab, "reach")))
    assert norms[end] >= 0.01 * norms[19] > norms[end - 1]
    expect(panel(tab)).to_contain_text(f"back, to timestep {end}: before that less than 1 % is left")


def test_a_backward_layer_reaches_over_padding(tab: Tab, logs: Path) -> None:
    tab.open(run="made-backwards/rnn", sample=1, panel="memory", signal="cell_state", timestep=3, unit=ENDLESS)
    # Before timestep 3 the layer read 19 down to 4, except 10 and 11.
    expect(said(tab, "reach")).to_have_attribute("value", "14")
    expect(panel(tab)).to_contain_text("14 timesteps back, to timestep 19: all that were read before it.")
    path = panel(tab).locator('rnn-reach-plot path[data-line="cell_state"]').get_attribute("d") or ""
    assert path.count("M") == 2


def test_a_cell_without_such_a_gate_is_measured_all_the_same(tab: Tab, logs: Path) -> None:
    tab.open(run="made-simple/rnn", panel="memory")
    run = open_run(logs / "made-simple" / "rnn")
    with pytest.raises(ValueError, match="A horizon needs a gate") as error:
        run.horizon("rnn", 0)
    expect(panel(tab).locator(".fault")).to_contain_text(str(error.value))
    expect(panel(tab)).to_contain_text("Click a cell of a lane")
    tab.open(run="made-simple/rnn", panel="memory", timestep=5, unit=1)
    found = run.reach("rnn", "hidden_state", 0, sample=0, timestep=5, unit=1)
    expect(said(tab, "reach")).to_have_attribute("value", str(found.steps))
    tab.ignore_errors("400")
