"""One Chromium for all browser tests, a new page for each, and two TensorBoards: one of fixed runs, one that grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser import chromium, logdir
from tests.browser.growing import Growing
from tests.browser.tab import Tab
from tests.tensorboard_process import tensorboard

VIEWPORT = ViewportSize(width=1280, height=800)

# An expectation is met within a second, or within this on a busy machine.
expect.set_options(timeout=20_000)


@pytest.hookimpl(tryfirst=True)  # Before pytest deselects tests by their markers.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as slow, except those marked as quick."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.get_closest_marker("quick") is None:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("logs")
    logdir.write_all(root)
    return root


@pytest.fixture(scope="session")
def address(logs: Path) -> Iterator[str]:
    with tensorboard("--logdir", logs) as board:
        board.wait_for_runs("lstm/rnn", "masked/rnn", "long/rnn")
        yield board.address


@pytest.fixture(scope="session")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Growing]:
    root = tmp_path_factory.mktemp("growing")
    with tensorboard("--logdir", root) as board:
        yield Growing(board, root)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as found:
        yield found


@pytest.fixture
def open_tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Tab]]:
    """Return a function that opens a page. Errors in the browser's console fail the test."""
    tabs: list[Tab] = []
    alone = request.node.get_closest_marker("alone") is not None

    def make(address: str) -> Tab:
        tabs.append(Tab(browser.new_page(viewport=VIEWPORT), address, alone))
        return tabs[-1]

    yield make
    for tab in tabs:
        tab.page.close()
        assert tab.errors == []


@pytest.fixture
def tab(open_tab: Callable[[str], Tab], address: str) -> Tab:
    return open_tab(address)
