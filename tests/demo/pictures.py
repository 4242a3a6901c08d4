"""Takes the pictures of the README and the guide from the demo's runs: `python -m tests.demo.pictures`.

Run `python -m demo --serve=0` first. The numbers of the guide's story are checked against the runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypeAlias

from playwright.sync_api import Page, ViewportSize, expect

from demo.__main__ import LOG_DIR
from demo.story import ANNOTATION
from tb_rnn_plugin import open_run
from tests.browser import chromium
from tests.browser.tab import Tab
from tests.demo.story_sentences import sentences
from tests.tensorboard_process import tensorboard

ROOT = Path(__file__).parents[2]
VIEWPORT = ViewportSize(width=1440, height=900)
SCALE = 1.25
RUNS = ("lstm-96/rnn", "gru-96/rnn", "lstm-96-codes/rnn")

View: TypeAlias = dict[str, str | int]


def views() -> dict[str, View]:
    """Return the parameters of the tab's URL for each picture, by the name of its file."""
    lstm, gru, codes = RUNS
    cell: View = {"timestep": 37, "unit": 27}
    run = open_run(LOG_DIR / gru)
    detector = run.detectors(ANNOTATION, run.steps[-1], count=1)[0]
    return {
        "timeline": {"run": lstm, **cell},
        "compare": {
            "run": lstm,
            **cell,
            "panel": "unit",
            "signal": "hidden_state",
            "compare": "side",
            "other_step": 0,
            "order": "similarity",
            "order_signal": "hidden_state",
        },
        "story_codes": {"run": codes, "panel": "findings"},
        "story_one_hot": {"run": lstm, "panel": "findings"},
        "story_detector": {
            "run": gru,
            "panel": "detectors",
            "annotation": ANNOTATION,
            "signal": detector.signal,
            "pinned": detector.unit,
            "only": 1,
            "timestep": 40,
            "unit": detector.unit,
        },
    }


def main() -> None:
    """Take all pictures, and print the sentences that the guide's story lacks."""
    with tensorboard("--logdir", LOG_DIR) as board, chromium.launched() as browser:
        board.wait_for_runs(*RUNS)
        context = browser.new_context(viewport=VIEWPORT, device_scale_factor=SCALE, color_scheme="light")
        for name, view in views().items():
            take(context.new_page(), board.address, view, ROOT / "demo" / f"{name}.png")
    text = " ".join((ROOT / "docs" / "guide.md").read_text().split())
    missing = [sentence for sentence in sentences(LOG_DIR) if sentence not in text]
    if missing:
        sys.exit("docs/guide.md must say:\n" + "\n".join(f"  … {sentence} …" for sentence in missing))


def take(page: Page, address: str, view: View, path: Path) -> None:
    """Open a view alone, without TensorBoard's page around it, and take its picture once everything is loaded."""
    tab = Tab(page, address, alone=True).open(**view)
    expect(tab.timeline).to_have_attribute("data-shown-step", "11", timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)  # The lanes are painted in the next frames.
    tab.shoot(path)
    page.close()
    assert tab.errors == []
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
