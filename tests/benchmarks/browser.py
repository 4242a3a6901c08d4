"""What the user waits for: the first picture, its painting and the next epoch's, in a real TensorBoard and Chromium."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from dataclasses import replace

from tests.benchmarks.measure import Figure
from tests.benchmarks.pages import RUN, VIEWPORT, board, page_on, plugin
from tests.benchmarks.scale import LONG, written
from tests.benchmarks.serving import wait_for_summaries
from tests.browser import chromium
from tests.browser.tab import Tab
from tests.tensorboard_process import tensorboard

FRAME_MS = 1000 / 60
SCRUB_MS = 50.0
REST_MS = 100.0
SIGNALS = 6

# Runs in every frame of the page; only the plugin's has lanes. A canvas gets its style when it is painted, and what is
# painted before a frame's callbacks is on the screen when those of the next frame run.
NOTE_FIRST_PICTURE = """
    const look = () => {
        const timeline = document.querySelector("rnn-timeline-app")?.shadowRoot.querySelector("rnn-timeline");
        const lanes = [...timeline?.shadowRoot.querySelectorAll("rnn-lane") ?? []];
        const plots = lanes.map((lane) => lane.shadowRoot.querySelector("rnn-plot")?.shadowRoot);
        const painted = plots.length > 0 && plots.every((plot) => plot?.querySelector("canvas").style.width);
        if (!painted) requestAnimationFrame(look);
        else requestAnimationFrame(() => { window.firstPicture = performance.timeOrigin + performance.now(); });
    };
    if (window !== top) requestAnimationFrame(look);
"""

# Chromium may defer drawing; reading one pixel back forces it.
TIME_PAINTING = """() => {
    const plot = customElements.get("rnn-plot").prototype;
    const paint = plot.paint;
    window.paintings = [];
    plot.paint = function () {
        const start = performance.now();
        paint.call(this);
        this.renderRoot.querySelector("canvas").getContext("2d").getImageData(0, 0, 1, 1);
        window.paintings.push(performance.now() - start);
    };
}"""

TIME_KEY_TO_PICTURE = """() => {
    const timeline = document.querySelector("rnn-timeline-app").shadowRoot.querySelector("rnn-timeline");
    document.addEventListener("keydown", (event) => {
        window.picture = new Promise((resolve) => {
            const observer = new MutationObserver(() => {
                observer.disconnect();
                requestAnimationFrame(() => resolve([timeline.dataset.shownStep, performance.now() - event.timeStamp]));
            });
            observer.observe(timeline, { attributeFilter: ["data-shown-step"] });
        });
    }, true);
}"""


def first_picture_1000_vs_10() -> Figure:
    """From navigation to the first painted lanes with 1,000 epochs of LSTM(256) logged, against the same with 10.

    Timed in the page: from the time origin of TensorBoard's page to the frame after the one in which all six lanes
    are painted. Each log has its own TensorBoard, which has loaded all of it, and Chromium has opened both before. The
    time of the plugin alone starts at the time origin of its iframe.
    """
    many, few = 1000, 10
    [run] = LONG.names()
    whole: dict[int, list[float]] = {many: [], few: []}
    own: dict[int, list[float]] = {many: [], few: []}
    with ExitStack() as stack:
        boards = {}
        for epochs in whole:
            log_dir = stack.enter_context(written(replace(LONG, epochs=epochs)))
            boards[epochs] = stack.enter_context(tensorboard("--logdir", log_dir))
            boards[epochs].wait_for_runs(run)
            wait_for_summaries(boards[epochs], epochs, run, "lstm_0")
        page = stack.enter_context(chromium.launched(headless_shell=False)).new_page(viewport=VIEWPORT)
        page.add_init_script(NOTE_FIRST_PICTURE)
        tabs = {epochs: Tab(page, board.address) for epochs, board in boards.items()}
        for turn in range(6):
            for epochs, tab in tabs.items():
                tab.open(run=run)
                frame = plugin(tab)
                shown = float(frame.wait_for_function("() => window.firstPicture").json_value())
                tab.expect_step(epochs - 1)
                if turn > 0:  # The first fills Chromium's caches.
                    whole[epochs].append(shown - float(page.evaluate("performance.timeOrigin")))
                    own[epochs].append(shown - float(frame.evaluate("performance.timeOrigin")))
    parts = {f"{epochs}_epochs_ms": statistics.median(times) for epochs, times in whole.items()}
    parts |= {f"{epochs}_epochs_plugin_alone_ms": statistics.median(times) for epochs, times in own.items()}
    return Figure(statistics.median(whole[many]) / statistics.median(whole[few]), parts)


def paint_vs_frame() -> Figure:
    """Painting one heatmap of 512 units and 2,000 timesteps, against one frame of 60 Hz.

    Timed in the page while the arrow key scrubs through steps not shown before: the lane's `paint`, from the trace in
    memory, as fetched, to the canvas, and reading one pixel back, which forces Chromium to draw. The six lanes of a
    step are six paintings.
    """
    steps = 24
    with board(steps, written=2, samples=1, timesteps=2000, units=512) as started, page_on(started.address) as tab:
        tab.open(run=RUN, step=0)
        tab.expect_step(0)
        tab.focus()
        frame = plugin(tab)
        frame.evaluate(TIME_PAINTING)
        for step in range(1, steps):
            tab.page.keyboard.press("ArrowRight")
            tab.expect_step(step)
        taken = [float(one) for one in frame.evaluate("() => window.paintings")]
    assert len(taken) == SIGNALS * (steps - 1)
    paint = statistics.median(taken)
    lanes = statistics.median(sum(taken[i : i + SIGNALS]) for i in range(0, len(taken), SIGNALS))
    return Figure(paint / FRAME_MS, {"paint_ms": paint, "six_lanes_ms": lanes, "frame_ms": FRAME_MS})


def scrub_vs_50ms() -> Figure:
    """Scrubbing one epoch on through 256 units and 500 timesteps, from the key press to pixels, p95, against 50 ms.

    Timed in the page: from the time stamp of the key's event to the first frame callback after `data-shown-step` has
    changed, which comes after the painting. No step has been fetched before, and each key press waits until Chromium
    has finished the previous picture.
    """
    steps = 100
    taken = []
    with board(steps, written=8, samples=2, timesteps=500, units=256) as started, page_on(started.address) as tab:
        tab.open(run=RUN, step=0)
        tab.expect_step(0)
        tab.focus()
        frame = plugin(tab)
        frame.evaluate(TIME_KEY_TO_PICTURE)
        for step in range(1, steps):
            tab.page.wait_for_timeout(REST_MS)
            tab.page.keyboard.press("ArrowRight")
            shown, milliseconds = frame.evaluate("() => window.picture")
            assert int(shown) == step
            taken.append(float(milliseconds))
    p95 = statistics.quantiles(taken, n=20)[-1]
    return Figure(p95 / SCRUB_MS, {"p95_ms": p95, "median_ms": statistics.median(taken)})
