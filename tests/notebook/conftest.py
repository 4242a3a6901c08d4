"""One Jupyter and one Chromium for all tests of the notebook, and a new page for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize
from tensorboard.summary import Writer

from tests.browser import chromium, logdir
from tests.notebook.jupyter import Jupyter, jupyter
from tests.notebook.notebook_tab import NotebookTab

# `make test` has no Jupyter. Files named to pytest are collected anyway.
collect_ignore = ["test_notebook.py", "test_demo_notebook.py"]

Theme = Literal["light", "dark"]
Open = Callable[[Theme], NotebookTab]

VIEWPORT = ViewportSize(width=1400, height=1000)


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write our run and, beside it, losses: TensorBoard opens the tab of scalars first."""
    root = tmp_path_factory.mktemp("logs")
    logdir.write_lstm(root / "lstm" / "rnn")
    writer = Writer(str(root / "lstm" / "train"))
    for step in logdir.STEPS:
        writer.add_scalar("loss", 3.0 / (1 + step), step)
    writer.close()
    return root


@pytest.fixture(scope="session")
def server(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    with jupyter(tmp_path_factory.mktemp("jupyter"), logs) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as found:
        yield found


@pytest.fixture
def open_notebook(browser: Browser, server: Jupyter) -> Iterator[Open]:
    """Return a function that runs the notebook under a system theme. Errors in the browser's console fail the test."""
    opened: list[tuple[BrowserContext, NotebookTab]] = []

    def make(theme: Theme) -> NotebookTab:
        context = browser.new_context(viewport=VIEWPORT, color_scheme=theme)
        opened.append((context, NotebookTab(context.new_page(), server)))
        return opened[-1][1].open()

    yield make
    for context, tab in opened:
        context.close()
        assert tab.errors == []


@pytest.fixture
def tab(open_notebook: Open) -> NotebookTab:
    return open_notebook("light")
