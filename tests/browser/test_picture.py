"""Exported pictures: every text, colour and pixel of the view, and nothing else."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tests.browser.export_menu import Open, download, open_menu, stored
from tests.browser.growing import Growing
from tests.browser.logdir import STEPS, TIMESTEPS, UNITS
from tests.browser.tab import Tab
from tests.runs import RANGES, lstm_trace

pytestmark = pytest.mark.alone

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
NASTY = "<b>&\"'"
LONG = "a-run-with-a-name-that-goes-on-" * 5

READ_HEATMAPS = """lanes => lanes.flatMap(lane => [...lane.shadowRoot.querySelectorAll("rnn-plot")])
    .map(plot => plot.shadowRoot.querySelector("canvas").toDataURL())"""


class Shown(NamedTuple):
    """A heatmap's PNG and its position in the picture."""

    href: str
    x: float
    y: float
    width: float
    height: float

    @property
    def image(self) -> Image.Image:
        return Image.open(io.BytesIO(base64.b64decode(self.href.removeprefix("data:image/png;base64,"))))


class Picture:
    """An SVG document, as an XML parser reads it."""

    def __init__(self, text: str) -> None:
        self.root = ElementTree.fromstring(text)  # noqa: S314
        self.width, self.height = (float(self.root.attrib[name]) for name in ("width", "height"))

    @property
    def title(self) -> str:
        return self.root.findtext(f"{SVG}title") or ""

    @property
    def texts(self) -> list[str]:
        return [node.text or "" for node in self.root.iter(f"{SVG}text")]

    @property
    def heatmaps(self) -> list[Shown]:
        cells = [node for node in self.root.iter(f"{SVG}image") if "image-rendering" in node.attrib]
        return [
            Shown(node.attrib[HREF], *(float(node.attrib[name]) for name in ("x", "y", "width", "height")))
            for node in cells
        ]

    def fills(self) -> set[str | None]:
        return {node.get("fill") for node in self.root.iter(f"{SVG}rect")}


def take_svg(tab: Tab) -> Picture:
    open_menu(tab)
    picture = Picture(download(tab, "SVG").read_text(encoding="utf-8"))
    tab.page.keyboard.press("Escape")
    return picture


def take_png(tab: Tab) -> Image.Image:
    open_menu(tab)
    image = Image.open(download(tab, "PNG"))
    tab.page.keyboard.press("Escape")
    return image.convert("RGB")


@pytest.mark.quick
def test_an_svg_names_what_it_shows(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7, sample=1)
    tab.expect_step(7)
    picture = take_svg(tab)
    assert picture.title == picture.texts[0] == "lstm/rnn · epoch 7 · lstm · text 1"
    most = max(np.abs(stored(logs / "lstm/rnn", step, "cell_state")).max() for step in STEPS)
    ends = {signal: (f"{low:g}", f"{high:g}") for signal, (low, high) in [(s, b) for s, b in RANGES.items() if b]}
    ends["cell_state"] = (f"-{most:.3g}", f"{most:.3g}")
    for signal, (low, high) in ends.items():
        at = picture.texts.index(signal.replace("_", " "))
        assert picture.texts[at + 1 : at + 3] == [low.replace("-", "\u2212"), high]
    assert {"LSTM, 6 units", "17 timesteps", "inside comment", "bracket depth"} <= set(picture.texts)


def test_an_svg_holds_the_pixels_of_every_heatmap(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=2)
    tab.expect_step(2)
    picture = take_svg(tab)
    assert [shown.href for shown in picture.heatmaps] == tab.lanes.evaluate_all(READ_HEATMAPS)
    assert len(picture.heatmaps) == len(RANGES)
    box, view = (
        one.bounding_box() for one in (tab.lane("forget_gate").locator("canvas"), tab.timeline.locator(".content"))
    )
    shown = picture.heatmaps[list(RANGES).index("forget_gate")]
    assert box is not None
    assert view is not None
    assert (shown.width, shown.height) == (box["width"], box["height"])
    # Its position is that on the screen, below a title of 40 pixels and inside a margin of 20.
    assert (shown.x - 20, shown.y - 40) == pytest.approx((box["x"] - view["x"], box["y"] - view["y"]))
    # The brightest and the darkest gate of the file are the yellowest and the most violet cells.
    gate = stored(logs / "lstm/rnn", 2, "forget_gate")[0]
    yellow, violet = (pixel(shown.image, np.unravel_index(at, gate.shape)) for at in (gate.argmax(), gate.argmin()))
    assert yellow[0] + yellow[1] > 300
    assert violet[0] + violet[1] < 120


def pixel(image: Image.Image, cell: tuple[np.intp, ...]) -> tuple[int, ...]:
    timestep, unit = cell
    at = int((timestep + 0.5) / TIMESTEPS * image.width), int((unit + 0.5) / UNITS * image.height)
    colour = image.convert("RGB").getpixel(at)
    assert isinstance(colour, tuple)
    return colour


def test_the_ramps_of_an_svg_run_from_end_to_end(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(11)
    gradients = list(take_svg(tab).root.iter(f"{SVG}linearGradient"))
    assert len(gradients) == len(RANGES)
    viridis = [gradients[0][end].attrib for end in (0, -1)]
    assert [float(stop["offset"]) for stop in viridis] == [0, 1]
    assert [stop["stop-color"] for stop in viridis] == ["rgb(68, 1, 84)", "rgb(253, 231, 37)"]


def test_an_svg_of_two_pictures_holds_both(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=4, compare="side", other_run="gru/rnn")
    tab.expect_step(4)
    picture = take_svg(tab)
    assert picture.title == "lstm/rnn · epoch 4 | gru/rnn · epoch 4 · lstm and gru · text 0"
    assert [shown.href for shown in picture.heatmaps] == tab.lanes.evaluate_all(READ_HEATMAPS)
    # Six signals of one run and four of the other, two of them with the same name.
    assert len(picture.heatmaps) == 10
    left = {shown.x for shown in picture.heatmaps}
    assert len(left) == 2
    for text in ("A", "lstm/rnn · epoch 4 · lstm", "B", "gru/rnn · epoch 4 · gru", "GRU has no forget gate"):
        assert text in picture.texts


def test_the_picked_cell_is_marked(tab: Tab) -> None:
    accent = "rgb(26, 111, 224)"
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    assert accent not in take_svg(tab).fills()
    tab.open(run="lstm/rnn", step=7, timestep=3, unit=1)
    tab.expect_step(7)
    picture = take_svg(tab)
    marks = [node for node in picture.root.iter(f"{SVG}rect") if node.get("fill") == accent]
    # One vertical line at the timestep, and in every lane one above the unit and one below.
    upright = [node for node in marks if node.get("width") == "1"]
    assert (len(upright), len(marks)) == (1, 1 + 2 * len(RANGES))
    # A halo sets each apart from the colours around it.
    halos = [node for node in picture.root.iter(f"{SVG}rect") if node.get("stroke") == "rgb(255, 255, 255)"]
    assert len(halos) == 1 + len(RANGES)
    first = picture.heatmaps[0]
    middle = first.x + 3.5 / TIMESTEPS * first.width
    assert float(upright[0].attrib["x"]) == pytest.approx(middle, abs=1)
    assert "timestep 3" in picture.texts


def test_a_picture_does_not_depend_on_what_is_scrolled_to(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 1280, "height": 460})
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    top = take_svg(tab)
    scroller = tab.timeline.locator(".scroll")
    scroller.evaluate("scroller => { scroller.scrollTop = 1e6; }")
    scrolled = scroller.evaluate("scroller => scroller.scrollTop")
    assert scrolled > 50
    assert ElementTree.tostring(take_svg(tab).root) == ElementTree.tostring(top.root)
    assert scroller.evaluate("scroller => scroller.scrollTop") == scrolled


def test_a_dark_page_gives_a_dark_picture(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(11)
    tab.page.emulate_media(color_scheme="dark")
    expect(tab.frame.locator("html")).to_have_attribute("data-theme", "dark")
    assert take_png(tab).getpixel((2, 2)) == (20, 22, 26)


@pytest.mark.parametrize(("density", "ratio"), [(1, 2), (3, 3)])
def test_a_png_is_the_svg_in_pixels(browser: Browser, address: str, logs: Path, density: int, ratio: int) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=density)
    tab = Tab(page, address, alone=True).open(run="lstm/rnn", step=2)
    tab.expect_step(2)
    picture, image = take_svg(tab), take_png(tab)
    assert image.size == (ratio * picture.width, ratio * picture.height)
    assert image.getpixel((2, 2)) == (255, 255, 255)
    for shown in picture.heatmaps:
        for cell in [(0, 0), (9, 4), (TIMESTEPS - 1, UNITS - 1)]:
            x = shown.x + (cell[0] + 0.5) / TIMESTEPS * shown.width
            y = shown.y + (cell[1] + 0.5) / UNITS * shown.height
            painted = pixel(shown.image, (np.intp(cell[0]), np.intp(cell[1])))
            assert image.getpixel((int(ratio * x), int(ratio * y))) == painted
    # The title is dark, and starts at the margin.
    title = np.asarray(image)[16 * ratio : 24 * ratio, 20 * ratio : 120 * ratio]
    assert title.min() < 64
    page.close()
    assert tab.errors == []


def test_the_overview_is_taken_with_its_legend(tab: Tab) -> None:
    tab.open(run="lstm/rnn", view="overview", step=7, compare="side", other_step=0, timestep=3, unit=1)
    charts = tab.frame.locator("rnn-overview-chart")
    expect(charts.locator("data[data-statistic=median]")).to_have_count(2 * len(RANGES))
    picture = take_svg(tab)
    assert picture.title == "lstm/rnn · epoch 7 | lstm/rnn · epoch 0 · lstm"
    assert {"lstm/rnn · epoch 7", "lstm/rnn · epoch 0", "5 to 95 %", "25 to 75 %"} <= set(picture.texts)
    # Two swatches, two bands, one line and one for each of the other epochs.
    assert len(list(picture.root.iter(f"{SVG}path"))) == 2 * 3 + 1 + 2 + 1 + 4
    medians = charts.locator("data[data-statistic=median]").all_text_contents()
    assert [text for text in picture.texts if text in medians] == medians
    # A picture has no controls.
    assert not any("other epochs" in text for text in picture.texts)
    canvases = charts.locator("canvas").evaluate_all("all => all.map(canvas => canvas.toDataURL())")
    images = [node.attrib[HREF] for node in picture.root.iter(f"{SVG}image")]
    assert images[1:] == canvases


@pytest.fixture(scope="module")
def named(growing: Growing) -> str:
    """Return the address of runs, samples and tokens whose names look like markup, or are very long."""
    for name in (NASTY, LONG):
        writer = RunWriter(growing.logs / name / "rnn")
        probe = ProbeBatch(
            inputs={"x": np.zeros((1, TIMESTEPS), np.float32)},
            sample_names=[NASTY],
            tokens=[[NASTY] * TIMESTEPS],
            annotations={NASTY: np.zeros((1, TIMESTEPS), bool)},
        )
        writer.write_probe(probe)
        writer.write_step(0, [lstm_trace(0, 1, TIMESTEPS, UNITS, key=NASTY)], logs={"loss": 1.0})
    growing.wait_for_runs(f"{NASTY}/rnn", f"{LONG}/rnn")
    return growing.address


def test_names_that_look_like_markup_are_text(named: str, open_tab: Open) -> None:
    tab = open_tab(named).open(run=f"{NASTY}/rnn", timestep=3, unit=1)
    tab.expect_step(0)
    picture = take_svg(tab)
    assert picture.title == f"{NASTY}/rnn · epoch 0 · {NASTY} · {NASTY}"
    assert {NASTY, f"“{NASTY}”"} <= set(picture.texts)
    tags = {node.tag.removeprefix(SVG) for node in picture.root.iter()}
    assert tags == {"svg", "title", "rect", "text", "image", "linearGradient", "stop"}
    assert take_png(tab).size == (2 * picture.width, 2 * picture.height)


def test_a_long_name_is_cut_where_the_screen_cuts_it(named: str, open_tab: Open) -> None:
    tab = open_tab(named).open(run=f"{NASTY}/rnn", compare="side", other_run=f"{LONG}/rnn")
    expect(tab.timeline).to_have_attribute("data-other-step", "0")
    picture = take_svg(tab)
    # The title is complete, and the picture is wide enough for it.
    assert f"{LONG}/rnn" in picture.title
    assert picture.texts[0] == picture.title
    assert picture.width > 1280
    second = picture.heatmaps[1]
    head = next(node for node in picture.root.iter(f"{SVG}text") if (node.text or "").startswith(LONG[:31]))
    text = head.text or ""
    assert text.endswith("…")
    shown = text.removesuffix("…")
    assert LONG.startswith(shown)
    assert 20 < len(shown) < len(LONG)
    assert measured(tab, text) <= second.width


def measured(tab: Tab, text: str) -> float:
    """Return the width of a text in the view's font."""
    width = tab.timeline.evaluate(
        """(timeline, text) => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = `13px ${getComputedStyle(timeline).fontFamily}`;
            return pen.measureText(text).width;
        }""",
        text,
    )
    return float(width)
