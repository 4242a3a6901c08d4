"""The smoke test of other systems passes on this one, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SMOKE = Path(__file__).with_name("smoke.py")


@pytest.mark.slow
def test_the_smoke_test_passes(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(SMOKE)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("The smoke test passed.\n")
