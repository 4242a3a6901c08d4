"""The tab inside a notebook."""

from __future__ import annotations

import re

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.tab import Tab
from tests.notebook.jupyter import Jupyter
from tests.tensorboard_process import PATIENCE, TensorBoard

PATIENCE_MS = 1000 * PATIENCE


class NotebookTab(Tab):
    """The RNN Timeline tab inside TensorBoard's page, itself an iframe of another origin than the notebook.

    Args:
        page: A page of Chromium.
        jupyter: The server that holds the notebook.
    """

    def __init__(self, page: Page, jupyter: Jupyter) -> None:
        super().__init__(page, jupyter.notebook)
        self.jupyter = jupyter

    def open(self, **selection: str | int | float) -> NotebookTab:
        """Run the notebook's lines and open our tab. A notebook's TensorBoard takes no selection from a URL."""
        assert not selection
        self.page.goto(self.address)
        # Jupyter drops lines that are run before the kernel is ready.
        expect(self.page.get_by_role("button", name="(ipykernel) | Idle")).to_be_visible(timeout=PATIENCE_MS)
        self.page.locator(".jp-Cell .cm-content").first.click()
        for _ in ("%load_ext", "%tensorboard"):
            self.page.keyboard.press("Shift+Enter")
        expect(self.output).to_have_attribute("src", re.compile("^http"), timeout=PATIENCE_MS)
        self._choose()
        return self

    def _choose(self) -> None:
        # TensorBoard shows the tabs that had data when it last checked: at its start, and when this button is pressed.
        address = (self.output.get_attribute("src") or "").rstrip("/")
        TensorBoard(address, self.jupyter.process, self.jupyter.output).wait_for_runs("lstm/rnn")
        self.board.locator(".reload-button").click(timeout=PATIENCE_MS)
        self.board.get_by_role("tab", name="RNN Timeline").click()
        self.output.scroll_into_view_if_needed()

    @property
    def output(self) -> Locator:
        """TensorBoard's iframe in the notebook."""
        return self.page.locator('iframe[id^="tensorboard-frame-"]')

    @property
    def board(self) -> FrameLocator:
        """TensorBoard's page."""
        return self.output.content_frame

    @property
    def frame(self) -> FrameLocator:
        """The plugin's iframe."""
        return self.board.frame_locator('iframe[src$="name=rnn_timeline"]')

    def expect_in_url(self, text: str) -> None:
        """Wait until the URL of TensorBoard's iframe contains a text."""
        handle = self.output.element_handle()
        board = handle.content_frame()
        assert board is not None
        board.wait_for_function("text => decodeURIComponent(location.hash).includes(text)", arg=text)

    @property
    def scrolled(self) -> float:
        """The notebook's scroll position in CSS pixels."""
        return float(self.page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollTop"))
