"""What is installed holds the tab and what it needs, and nothing that it does not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return directory


def test_the_wheel_holds_the_tab(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert b"rnn_timeline" in archive.read("tb_rnn_plugin/server/static/index.js")
    assert {"tb_rnn_plugin/server/http_api.md", "tb_rnn_plugin/py.typed"} <= set(names)
    assert not [name for name in names if name.startswith(("tests", "demo", "frontend_static"))]


def test_the_sdist_holds_the_tab_and_its_sources(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tb_rnn_plugin/server/static/index.js", "frontend_static/src/index.ts", "Makefile", "LICENSE"} <= names
    assert not [name for name in names if "node_modules" in name]


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "frontend_static" / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_the_readme_names_targets_and_files_that_exist() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for target in re.findall(r"^    make (\S+)", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for linked in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / linked).exists(), linked
    for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
        compile(code, "README.md", "exec")
