"""The Weights panel: one matrix at one step, and all matrices over training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import open_run
from tests.browser.computed import FEATURES, STEPS, UNITS
from tests.browser.numbers import number
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone

GATES = ("input_gate", "forget_gate", "candidate", "output_gate")
BINS = 48
INSET = 8  # CSS pixels at both ends of a training axis


def matrices(logs: Path, gate: str, kind: str) -> list[Array]:
    """Return one matrix of one gate at every step."""
    run = open_run(logs / "made-lstm" / "rnn")
    return [np.asarray(getattr(run.weights("lstm", step)[gate], kind), np.float64) for step in STEPS]


def panel(tab: Tab) -> Locator:
    return tab.frame.locator("rnn-weights-panel")


def hover(tab: Tab, canvas: Locator, x: float, y: float) -> None:
    """Move the mouse to a position on a canvas, given as shares of its width and height."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def step_share(canvas: Locator, step: int) -> float:
    """Return the position of a step on a training axis, as a share of its width."""
    box = canvas.bounding_box()
    assert box is not None
    return (INSET + step / STEPS[-1] * (box["width"] - 2 * INSET)) / box["width"]


def click(tab: Tab) -> None:
    tab.page.mouse.down()
    tab.page.mouse.up()


def lines(tab: Tab, section: str) -> Locator:
    return panel(tab).get_by_label(section, exact=True).locator("rnn-training-lines")


def test_each_weight_is_that_of_the_file(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="weights")
    heatmap = panel(tab).locator("rnn-weight-heatmap")
    every = matrices(logs, "input_gate", "U")
    expect(panel(tab).locator("h3").first).to_have_text(f"U of the input gate, {UNITS} \u00d7 {UNITS}")
    for unit, source in ((0, 0), (5, 2), (UNITS - 1, UNITS - 1)):
        hover(tab, heatmap.locator("canvas"), (source + 0.5) / UNITS, (unit + 0.5) / UNITS)
        weight = heatmap.locator("data")
        expect(weight).to_have_attribute("data-row", str(unit))
        expect(weight).to_have_attribute("data-column", str(source))
        assert number(weight) == every[STEPS.index(4)][source, unit]
    largest = max(float(np.abs(matrix).max()) for matrix in every)
    ends = heatmap.locator(".scale span").all_inner_texts()
    assert float(ends[1]) == pytest.approx(largest, rel=5e-3)
    assert ends[0] == f"\u2212{ends[1]}"


def test_gate_and_matrix_are_picked_and_stand_in_the_url(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="weights")
    tab.picker("gate").select_option("forget_gate")
    tab.expect_in_url("matrix=forget_gate/U")
    tab.picker("matrix").select_option("W")
    tab.expect_in_url("matrix=forget_gate/W")
    title = panel(tab).locator("h3").first
    expect(title).to_have_text(f"W of the forget gate, {FEATURES} \u00d7 {UNITS}")
    heatmap = panel(tab).locator("rnn-weight-heatmap")
    hover(tab, heatmap.locator("canvas"), 4.5 / FEATURES, 1.5 / UNITS)
    expect(heatmap.locator("data")).to_have_attribute("data-column", "4")
    assert number(heatmap.locator("data")) == matrices(logs, "forget_gate", "W")[STEPS.index(4)][4, 1]
    tab.picker("matrix").select_option("b")
    expect(title).to_have_text(f"b of the forget gate, {UNITS}")
    hover(tab, heatmap.locator("canvas"), 3.5 / UNITS, 0.5)
    expect(heatmap.locator("data")).to_have_attribute("value", "40")


def test_norms_and_radii_of_every_gate_over_training(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="weights", matrix="candidate/U")
    for section, measure in (
        ("Norm over training", np.linalg.norm),
        ("Spectral radius over training", lambda u: np.abs(np.linalg.eigvals(u)).max()),
    ):
        chart = lines(tab, section)
        expect(chart.locator("path.main")).to_have_attribute("data-line", "candidate")
        values = {gate: [float(measure(u)) for u in matrices(logs, gate, "U")] for gate in GATES}
        for step in (4, 0, 7):
            if step != 4:
                hover(tab, chart.locator("svg"), step_share(chart.locator("svg"), step), 0.5)
            for gate in GATES:
                shown = chart.locator(f'[data-gate="{gate}"] data')
                expect(shown).to_have_attribute("data-step", str(step))
                assert number(shown) == pytest.approx(values[gate][STEPS.index(step)], rel=1e-9)
        highest = chart.locator(".end").last.text_content() or ""
        assert float(highest) == pytest.approx(max(max(line) for line in values.values()), rel=5e-3)
    assert "1" in lines(tab, "Spectral radius over training").locator(".end").all_text_contents()


def test_the_histogram_counts_the_weights_of_each_step(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="weights", matrix="candidate/U")
    histogram = panel(tab).locator("rnn-weight-histogram")
    canvas = histogram.locator("canvas")
    every = matrices(logs, "candidate", "U")
    largest = max(float(np.abs(matrix).max()) for matrix in every)
    edges = np.linspace(-largest, largest, BINS + 1)
    for step in (0, 7):
        counts = np.histogram(every[STEPS.index(step)], edges)[0]
        for place in (int(counts.argmax()), BINS - 1, 0):
            hover(tab, canvas, step_share(canvas, step), 1 - (place + 0.5) / BINS)
            shown = histogram.locator("data")
            expect(shown).to_have_attribute("data-step", str(step))
            expect(shown).to_have_attribute("data-bin", str(place))
            assert number(shown) == counts[place]


def test_a_click_on_a_step_goes_there(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="weights")
    canvas = panel(tab).locator("rnn-weight-histogram canvas")
    hover(tab, canvas, step_share(canvas, 1), 0.5)
    click(tab)
    tab.expect_step(1)
    expect(panel(tab).get_by_label("Matrix", exact=True).and_(panel(tab).locator("section"))).to_have_attribute(
        "data-step", "1"
    )
    heatmap = panel(tab).locator("rnn-weight-heatmap")
    hover(tab, heatmap.locator("canvas"), 0.5 / UNITS, 0.5 / UNITS)
    expect(heatmap.locator("data")).to_have_attribute(
        "value", str(matrices(logs, "input_gate", "U")[STEPS.index(1)][0, 0])
    )
    chart = lines(tab, "Spectral radius over training")
    hover(tab, chart.locator("svg"), step_share(chart.locator("svg"), 7), 0.5)
    click(tab)
    tab.expect_step(7)
    chart.get_by_role("button", name="output gate").click()
    tab.expect_in_url("matrix=output_gate/U")


def test_weights_that_were_not_stored_are_explained_by_the_server(tab: Tab, logs: Path) -> None:
    tab.open(run="gru/rnn", step=4, panel="weights")
    with pytest.raises(ValueError, match="must be stored") as error:
        open_run(logs / "gru" / "rnn").weights("gru", 4)
    expect(panel(tab).locator(".fault").first).to_contain_text(str(error.value))
    tab.ignore_errors("400")
