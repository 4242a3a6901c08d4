from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.application import Application
from tests.untrusted.logs import write_logs


@pytest.fixture(scope="session")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_logs(tmp_path_factory.mktemp("untrusted"))


@pytest.fixture(scope="session")
def application(logdir: Path) -> Application:
    return Application(logdir)
