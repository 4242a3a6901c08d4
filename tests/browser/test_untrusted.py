"""A log in which every name is HTML: names are shown as text, and never become elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Dialog, expect

from tb_rnn_plugin.log.schema import LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tests.browser import computed
from tests.browser.growing import Growing
from tests.browser.tab import Tab

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "<script>alert(2)<" + "/script>"
ATTRIBUTE = "\"'><svg onload=alert(3)>"
LINK = "<a href=javascript:alert(4)>x</a>"
PANELS = ["unit", "value", "findings", "detectors", "match", "weights", "memory", "pairs"]

RUN = f"{IMAGE}{ATTRIBUTE.replace('/', '')}"
LAYER = f"lstm{IMAGE}{ATTRIBUTE}"
SAMPLE = f"{SCRIPT}{IMAGE}"
ANNOTATION = f"{ATTRIBUTE}{LINK}"
TOKENS = [IMAGE, SCRIPT, ATTRIBUTE, LINK, "&lt;b&gt;", "${alert(5)}", "{{7*7}}", "\u202egnp"]


def write_hostile(directory: Path) -> None:
    """Write a run that every panel can analyse, with names that are HTML."""
    writer = RunWriter(directory)
    traces = [hostile(step) for step in (0, 1)]
    samples, timesteps = traces[0].signals["hidden_state"].shape[:2]
    row = (TOKENS * timesteps)[:timesteps]
    flags = np.arange(samples * timesteps).reshape(samples, timesteps) % 3 == 0
    inputs = traces[0].inputs
    assert inputs is not None
    writer.write_probe(
        ProbeBatch(
            inputs={IMAGE: inputs},
            targets={SCRIPT: inputs[..., 0]},
            sample_names=[f"{SAMPLE} {i}" for i in range(samples)],
            tokens=[row] * samples,
            annotations={ANNOTATION: flags, IMAGE: flags.astype(np.float32)},
        )
    )
    for step, trace in enumerate(traces):
        writer.write_step(step, [trace, custom(trace)], {SCRIPT: inputs[..., :1]}, {f"loss{IMAGE}": 1.0, "loss": 2.0})


def hostile(step: int) -> LayerTrace:
    trace = computed.lstm_layer(step)
    return replace(trace, key=LAYER, config={**trace.config, "activation": f"custom:{IMAGE}"})


def custom(trace: LayerTrace) -> LayerTrace:
    """Return a layer whose cell and signals have such names, too."""
    signals = {f"{IMAGE} {i}": trace.signals["hidden_state"] for i in range(2)}
    return LayerTrace(f"{IMAGE}/{SCRIPT}", SCRIPT, signals, dict.fromkeys(signals), None, {})


@pytest.fixture(scope="module")
def hostile_address(growing: Growing) -> str:
    write_hostile(growing.logs / RUN)
    growing.wait_for_runs(RUN)
    return growing.address


@pytest.fixture
def hostile_tab(open_tab: Callable[[str], Tab], hostile_address: str) -> Iterator[Tab]:
    """Yield a tab, and assert at the end that no name was executed or became an element."""
    tab = open_tab(hostile_address)
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    tab.page.on("dialog", note)
    yield tab
    assert dialogs == []
    assert made_of_names(tab) == []


def made_of_names(tab: Tab) -> list[str]:
    """Return the elements in all shadow trees that can only come from names: the tab has no images and no links."""
    found: list[str] = tab.frame.locator("html").evaluate(
        """() => {
            const found = [];
            const walk = (root) => {
                for (const element of root.querySelectorAll("*")) {
                    if (element.shadowRoot) walk(element.shadowRoot);
                    const named = [...element.attributes].map((attribute) => attribute.name);
                    const odd = element.matches("img, script:not([type=module]), a[href^=javascript], svg[onload]");
                    if (odd || named.some((name) => name.startsWith("on"))) found.push(element.outerHTML);
                }
            };
            walk(document);
            return found;
        }"""
    )
    return found


@pytest.mark.alone
def test_the_check_can_fail(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(11)
    assert made_of_names(tab) == []
    tab.frame.locator("rnn-timeline").evaluate("at => at.shadowRoot.append(document.createElement('img'))")
    assert len(made_of_names(tab)) == 1


def test_names_stand_in_the_pickers_as_they_are(hostile_tab: Tab) -> None:
    tab = hostile_tab.open(run=RUN, layer=LAYER)
    tab.expect_step(1)
    assert RUN in tab.picker("run").locator("option").all_text_contents()
    expect(tab.picker("layer").locator("option").first).to_contain_text(LAYER)
    assert tab.picker("sample").locator("option").first.text_content() == f"0 · {SAMPLE} 0"
    assert tab.picker("run").input_value() == RUN
    expect(tab.frame.locator(f".track span[title='{IMAGE}']").first).to_have_text(IMAGE)


@pytest.mark.alone
def test_tokens_are_read_as_they_are(hostile_tab: Tab) -> None:
    hostile_tab.open(run=RUN, layer=LAYER, timestep=0, unit=1)
    hostile_tab.expect_step(1)
    hostile_tab.focus()
    for token in TOKENS:
        shown = token.replace(" ", "·")
        expect(hostile_tab.frame.locator(".readout .token")).to_have_text(f"“{shown}”")
        assert made_of_names(hostile_tab) == []
        hostile_tab.page.keyboard.press("]")


@pytest.mark.alone
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_shows_text(hostile_tab: Tab, panel: str) -> None:
    place: dict[str, str | int] = {"run": RUN, "layer": LAYER, "signal": "hidden_state", "timestep": 3, "unit": 1}
    tab = hostile_tab.open(panel=panel, annotation=ANNOTATION, start=1, end=3, **place)
    tab.expect_step(1)
    expect(tab.frame.locator(f"rnn-{panel}-panel")).to_be_visible()
    # A response still on its way could become an element.
    tab.page.wait_for_load_state("networkidle")
    # The derivative of an activation of this name is unknown, and the browser logs each 400 itself.
    tab.ignore_errors("400")


@pytest.mark.alone
def test_a_cell_and_its_signals(hostile_tab: Tab) -> None:
    tab = hostile_tab.open(run=RUN, layer=f"{IMAGE}/{SCRIPT}")
    tab.expect_step(1)
    expect(tab.lanes).to_have_count(2)
    expect(tab.lanes.first).to_contain_text(IMAGE)


@pytest.mark.alone
def test_what_a_url_names_is_text_too(hostile_tab: Tab) -> None:
    tab = hostile_tab.open(run=IMAGE, layer=SCRIPT, signal=ATTRIBUTE, annotation=LINK)
    tab.page.wait_for_load_state("networkidle")
    expect(tab.frame.locator("h1")).to_be_visible()
    tab.ignore_errors("404")
