"""The cost of playing the epochs in the browser: how long its main thread is blocked, and how much memory it holds."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from playwright.sync_api import Frame, Page

from tests.benchmarks.measure import Figure
from tests.benchmarks.pages import RUN, board, page_on, plugin
from tests.browser.tab import Tab

STEPS = 100
RATE = "20"
LONG_TASK_MS = 100.0
SHORT_S, LONG_S = 30, 300
LOOK_MS = 500

NOTE_LONG_TASKS = """() => {
    window.tasks = [];
    const note = (list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration));
    new PerformanceObserver(note).observe({ type: "longtask" });
}"""


def play_vs_100ms() -> Figure:
    """The longest task of the browser's main thread in half a minute of play, against 100 ms.

    100 epochs of 256 units and 500 timesteps at 20 epochs per second, restarted whenever they end. Chromium reports
    only tasks above 50 ms; without any, the result is 50 ms.
    """
    with (
        board(STEPS, written=8, samples=1, timesteps=500, units=256) as started,
        page_on(started.address) as tab,
    ):
        frame = _opened(tab)
        frame.evaluate(NOTE_LONG_TASKS)
        _play(tab, SHORT_S)
        tasks = [float(one) for one in frame.evaluate("() => window.tasks")]
    longest = max(tasks, default=50.0)
    return Figure(longest / LONG_TASK_MS, {"longest_ms": longest, "above_50_ms": len(tasks)})


def memory_of_play() -> Figure:
    """The memory of Chromium's pages after five minutes of play, against that after half a minute.

    After half a minute all caches are full. The memory is resident memory, which includes the traces' buffers, after a
    forced garbage collection; the JavaScript heap is reported, too. The same play as in `play_vs_100ms`.
    """
    with (
        board(STEPS, written=8, samples=1, timesteps=500, units=256) as started,
        page_on(started.address) as tab,
    ):
        _opened(tab)
        _play(tab, SHORT_S)
        early, early_heap = _megabytes(tab.page)
        _play(tab, LONG_S - SHORT_S)
        late, late_heap = _megabytes(tab.page)
    parts = {f"after_{SHORT_S}_s_mb": early, f"after_{LONG_S}_s_mb": late, "heap_mb": late_heap}
    return Figure(late / early, parts | {"heap_ratio": late_heap / early_heap})


def _opened(tab: Tab) -> Frame:
    tab.open(run=RUN, step=0)
    tab.expect_step(0)
    tab.frame.get_by_label("Speed of playing").select_option(RATE)
    return plugin(tab)


def _play(tab: Tab, seconds: float) -> None:
    """Play for a time, restarting whenever the last step is reached; then pause."""
    end = time.monotonic() + seconds
    playing = tab.button("Pause")
    while time.monotonic() < end:
        if not playing.count():
            tab.button("Play").click()
        tab.page.wait_for_timeout(LOOK_MS)
    if playing.count():
        playing.click()


def _megabytes(page: Page) -> tuple[float, float]:
    """Return the resident memory of the processes of all pages, and the JavaScript heap of this page."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    browser = page.context.browser
    assert browser is not None
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [one["id"] for one in processes if one["type"] == "renderer"]
    resident = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pages)
    return resident * resource.getpagesize() / 1e6, float(metrics["JSHeapUsedSize"]) / 1e6
