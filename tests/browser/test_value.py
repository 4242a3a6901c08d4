"""The Value panel: the terms of one number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tb_rnn_plugin.run import open_run
from tests.browser.computed import FEATURES, PADDED, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone


def panel(tab: Tab) -> Locator:
    return tab.frame.locator("rnn-value-panel")


def heading(tab: Tab) -> Locator:
    return panel(tab).locator("h3").first


def rows(tab: Tab) -> Locator:
    return panel(tab).locator("tr[data-source]")


def test_a_clicked_cell_is_explained(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value")
    expect(panel(tab)).to_contain_text("Click a cell of a lane")
    tab.hover("output_gate", 9, 5, TIMESTEPS, UNITS)
    tab.page.mouse.down()
    tab.page.mouse.up()
    expect(heading(tab)).to_have_text("output gate of unit 5 at timestep 9")
    captured = stored(logs, "made-lstm/rnn", 4, "output_gate")[0, 9, 5]
    assert number(panel(tab).locator('[data-kind="stored"]')) == captured


def test_a_gate_is_the_sum_of_what_it_reads(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value", signal="forget_gate", timestep=10, unit=2)
    expect(heading(tab)).to_have_text("forget gate of unit 2 at timestep 10")
    run = open_run(logs / "made-lstm" / "rnn")
    weights, trace = run.weights("lstm", 4)["forget_gate"], run.trace("lstm", 4)
    assert trace.inputs is not None
    assert weights.b is not None
    x = weights.W[:, 2].astype(float) * trace.inputs[0, 10].astype(float)
    h = weights.U[:, 2].astype(float) * stored(logs, "made-lstm/rnn", 4, "hidden_state")[0, 9]
    parts = {"input": x.sum(), "recurrent": h.sum(), "bias": float(weights.b[2])}
    for name, part in parts.items():
        assert number(panel(tab).locator(f'[data-part="{name}"] data')) == pytest.approx(part, abs=1e-12)
    value = 1 / (1 + np.exp(-sum(parts.values())))
    assert number(panel(tab).locator('[data-kind="computed"]')) == pytest.approx(value, abs=1e-12)
    equation = panel(tab).locator(".equation")
    expect(equation).to_contain_text("sigmoid(Wf x + Uf h + bf)")
    expect(equation).to_contain_text(f"sigmoid({sum(parts.values()):.4g})".replace("-", "\u2212"))

    everything = np.concatenate([x, h])
    order = np.argsort(-np.abs(everything), kind="stable")
    expect(rows(tab)).to_have_count(12)
    tab.button(f"All {FEATURES + UNITS}").click()
    expect(rows(tab)).to_have_count(FEATURES + UNITS)
    for row, place in zip(rows(tab).all(), order, strict=True):
        source, index = ("input", place) if place < FEATURES else ("recurrent", place - FEATURES)
        assert (row.get_attribute("data-source"), row.get_attribute("data-index")) == (source, str(index))
        weight, activity, product = (number(data) for data in row.locator("data").all())
        assert weight * activity == pytest.approx(product, abs=1e-15)
        assert product == pytest.approx(everything[place], abs=1e-12)


def test_a_bar_is_as_long_as_its_number_and_on_its_side(tab: Tab) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value", signal="candidate", timestep=10, unit=2)
    expect(rows(tab)).to_have_count(12)
    values = [number(row.locator('[data-kind="value"]')) for row in rows(tab).all()]
    assert min(values) < 0 < max(values)
    for row, value in zip(rows(tab).all(), values, strict=True):
        bar = row.locator("rect")
        x, width = float(bar.get_attribute("x") or 0), float(bar.get_attribute("width") or 0)
        middle = float(row.locator("svg").get_attribute("width") or 0) / 2
        assert width == pytest.approx(abs(value) / abs(values[0]) * middle, abs=0.01)
        assert x == pytest.approx(middle if value > 0 else middle - width, abs=0.02)


def test_a_recurrent_contribution_leads_to_its_own_row(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value", signal="forget_gate", timestep=10, unit=2, pinned="7")
    link = panel(tab).locator('tr[data-source="recurrent"]').first
    unit, activity = link.get_attribute("data-index"), number(link.locator("data").nth(1))
    link.get_by_role("button").click()
    expect(heading(tab)).to_have_text(f"hidden state of unit {unit} at timestep 9")
    tab.expect_in_url(f"pinned={unit}, 7")
    tab.expect_in_url("signal=hidden_state")
    assert activity == stored(logs, "made-lstm/rnn", 4, "hidden_state")[0, 9, int(unit or -1)]


def test_a_state_leads_to_the_gates_that_it_is_made_of(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value", signal="cell_state", timestep=10, unit=2)
    expect(heading(tab)).to_have_text("cell state of unit 2 at timestep 10")
    f, i, g = (stored(logs, "made-lstm/rnn", 4, gate)[0, 10, 2] for gate in ("forget_gate", "input_gate", "candidate"))
    c_prev = stored(logs, "made-lstm/rnn", 4, "cell_state")[0, 9, 2]
    expect(panel(tab).locator("[data-letter=c_prev]")).to_contain_text("cell state at timestep 9")
    for letter, value in {"f": f, "c_prev": c_prev, "i": i, "g": g}.items():
        assert number(panel(tab).locator(f'[data-letter="{letter}"] data')) == value
    assert number(panel(tab).locator('[data-part="f * c_prev"] data')) == pytest.approx(f * c_prev)
    assert number(panel(tab).locator('[data-kind="computed"]')) == pytest.approx(f * c_prev + i * g)
    expect(rows(tab)).to_have_count(0)
    equation = panel(tab).locator(".equation")
    equation.get_by_role("button", name="cprev", exact=True).click()
    expect(heading(tab)).to_have_text("cell state of unit 2 at timestep 9")
    equation.get_by_role("button", name="f", exact=True).press("Enter")
    expect(heading(tab)).to_have_text("forget gate of unit 2 at timestep 9")


def test_the_first_timestep_comes_from_the_initial_state(tab: Tab) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value", signal="forget_gate", timestep=0, unit=2)
    expect(panel(tab)).to_contain_text("initial state")
    expect(rows(tab).get_by_role("button")).to_have_count(0)
    tab.picker("signal").select_option("cell_state")
    expect(panel(tab).locator('[data-letter="c_prev"]')).to_contain_text("initial cell state")
    expect(panel(tab).locator(".equation").get_by_role("button", name="cprev")).to_have_count(0)


def test_a_layer_that_goes_backwards_read_the_later_timestep_before(tab: Tab, logs: Path) -> None:
    assert not PADDED[1, 10:12].any()
    tab.open(run="made-backwards/rnn", sample=1, panel="value", signal="forget_gate", timestep=9, unit=2)
    link = panel(tab).locator('tr[data-source="recurrent"]').first
    unit, activity = link.get_attribute("data-index"), number(link.locator("data").nth(1))
    assert activity == stored(logs, "made-backwards/rnn", 0, "hidden_state")[1, 12, int(unit or -1)]
    link.get_by_role("button").click()
    expect(heading(tab)).to_have_text(f"hidden state of unit {unit} at timestep 12")


def test_what_cannot_be_explained_says_why(tab: Tab, logs: Path) -> None:
    tab.open(run="made-backwards/rnn", sample=1, panel="value", signal="forget_gate", timestep=10, unit=2)
    fault = panel(tab).locator(".fault")
    expect(fault).to_contain_text("got 10, which is masked")
    tab.open(run="lstm/rnn", step=4, panel="value", signal="forget_gate", timestep=3, unit=2)
    with pytest.raises(ValueError, match="needs") as error:
        open_run(logs / "lstm" / "rnn").explain("lstm", "forget_gate", step=4, sample=0, timestep=3, unit=2)
    expect(fault).to_contain_text(str(error.value))
    tab.ignore_errors("400")


def test_the_panel_follows_step_and_signal(tab: Tab, logs: Path) -> None:
    tab.open(run="made-lstm/rnn", step=4, panel="value", signal="forget_gate", timestep=10, unit=2)
    value = panel(tab).locator('[data-kind="stored"]')
    expect(value).to_have_attribute("value", str(stored(logs, "made-lstm/rnn", 4, "forget_gate")[0, 10, 2]))
    tab.picker("signal").select_option("hidden_state")
    expect(value).to_have_attribute("value", str(stored(logs, "made-lstm/rnn", 4, "hidden_state")[0, 10, 2]))
    tab.focus()
    tab.page.keyboard.press("ArrowLeft")
    expect(value).to_have_attribute("value", str(stored(logs, "made-lstm/rnn", 2, "hidden_state")[0, 10, 2]))
