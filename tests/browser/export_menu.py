"""The "Export" menu, driven as a user drives it, and the values it should give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator
from safetensors import safe_open

from tb_rnn_plugin.log import layout
from tests.browser.tab import Tab

Open = Callable[[str], Tab]
NAME = "Export"


def open_menu(tab: Tab) -> Locator:
    """Open the menu, once there is a view to export."""
    tab.button(NAME).click()
    menu = tab.frame.get_by_role("dialog", name=NAME)
    menu.get_by_role("button", name="PNG").wait_for()
    return menu


def press(tab: Tab, button: str) -> None:
    """Press a button of the open menu."""
    tab.frame.get_by_role("dialog", name=NAME).get_by_role("button", name=button, exact=True).click()


def download(tab: Tab, button: str) -> Path:
    """Return the file that a button of the open menu saves."""
    with tab.page.expect_download() as started:
        press(tab, button)
    return Path(started.value.path())


def stored(run: Path, step: int, signal: str, layer: str = "lstm") -> NDArray[np.floating]:
    """Read one signal with safetensors alone, in its own dtype: `[sample, time, unit]`."""
    with safe_open(layout.trace_directory(run) / layout.step_file(step), framework="numpy") as file:
        return np.asarray(file.get_tensor(f"signals/{layer}/{signal}"))
