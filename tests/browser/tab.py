"""The tab as a user sees it: everything that tests read and do there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import ConsoleMessage, FrameLocator, Locator, Page, expect


class Tab:
    """The RNN Timeline tab.

    Args:
        page: A page of Chromium.
        address: Where TensorBoard listens.
        alone: Whether to open the plugin's page by itself, as TensorBoard serves it. TensorBoard's page around it takes
            three times as long to load.
    """

    def __init__(self, page: Page, address: str, alone: bool = False) -> None:
        self.page = page
        self.address = address
        self.alone = alone
        self.errors: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        # Warnings about TensorBoard's page do not concern us; errors, such as violated policies, always do.
        ours = "rnn_timeline" in message.location["url"]
        # Only TensorBoard's main page has an icon, and TensorBoard does not find its fonts under a path prefix.
        if message.location["url"].endswith("/favicon.ico") or "/font-roboto/" in message.location["url"]:
            return
        if message.type == "error" or (message.type == "warning" and ours):
            self.errors.append(message.text)

    def open(self, **selection: str | int | float) -> Tab:
        """Load the tab with a selection in its URL."""
        parts = [f"p.rnn_timeline.{key}={quote(str(value), safe='')}" for key, value in selection.items()]
        self.page.goto("about:blank")  # Changing only the hash would not reload the page.
        path = "/data/plugin_entry.html?name=rnn_timeline" if self.alone else "/"
        self.page.goto(f"{self.address}{path}#" + "&".join(["rnn_timeline", *parts]))
        return self

    def ignore_errors(self, text: str) -> None:
        """Forget the errors so far that contain a text, such as the status of a request that must fail."""
        self.errors[:] = [error for error in self.errors if text not in error]

    @property
    def frame(self) -> FrameLocator | Page:
        """The plugin's iframe, or its page if it is alone."""
        return self.page if self.alone else self.page.frame_locator('iframe[src$="name=rnn_timeline"]')

    @property
    def timeline(self) -> Locator:
        """The timeline, once there is one."""
        return self.frame.locator("rnn-timeline")

    @property
    def lanes(self) -> Locator:
        """All lanes."""
        return self.frame.locator("rnn-lane")

    def lane(self, signal: str) -> Locator:
        """The lane of one signal."""
        return self.frame.locator(f'rnn-lane[data-signal="{signal}"]')

    def value(self, signal: str, side: str | None = None) -> Locator:
        """The number beside a lane's label; in a comparison, the number of side `"A"` or `"B"`."""
        return self.lane(signal).locator("data" if side is None else f'data[data-side="{side}"]')

    def button(self, name: str) -> Locator:
        """A button by its label."""
        return self.frame.get_by_role("button", name=name, exact=True)

    def picker(self, name: str) -> Locator:
        """A picker by its name, such as `run`, `layer` or `sample`."""
        return self.frame.locator(f'select[name="{name}"]')

    def expect_step(self, step: int) -> None:
        """Wait until a step is painted and named."""
        expect(self.timeline).to_have_attribute("data-shown-step", str(step))
        expect(self.frame.locator("rnn-scrubber .where b")).to_have_text(f"epoch {step}")

    def hover(self, signal: str, timestep: int, unit: int, timesteps: int, units: int, pane: int = 0) -> None:
        """Move the mouse to the middle of a cell of an unzoomed lane; `unit` is the index of its row."""
        canvas = self.lane(signal).locator("canvas").nth(pane)
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        x = box["x"] + (timestep + 0.5) / timesteps * box["width"]
        y = box["y"] + (unit + 0.5) / units * box["height"]
        # Whole pixels, as from a mouse: Chromium rounds the position of a wheel event, but not of a pointer event.
        self.page.mouse.move(round(x), round(y))

    def reload_data(self) -> None:
        """Press TensorBoard's own reload button."""
        self.page.locator("button[title='Reload data'], .reload-button, app-header-reload button").first.click()

    def focus(self) -> None:
        """Move the focus into the plugin's page without changing anything."""
        self.frame.locator("h1").click()

    def expect_in_url(self, text: str) -> None:
        """Wait until the address bar holds a text."""
        self.page.wait_for_function("text => decodeURIComponent(location.hash).includes(text)", arg=text)

    def shoot(self, path: Path) -> None:
        """Take a picture of the whole window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
