"""The wheel and the sdist, each installed alone: TensorBoard shows the tab and a run, without TensorFlow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tensorboard_process import tensorboard

ROOT = Path(__file__).parents[2]
RUNS = ROOT / "tests" / "log" / "formats" / "v1"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(directory)], cwd=ROOT, check=True)
    return directory


@pytest.fixture(scope="module", params=["*.whl", "*.tar.gz"], ids=["wheel", "sdist"])
def programs(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of an environment that contains one of the two packages."""
    [package] = built.glob(request.param)
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    install = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, str(package)], cwd=environment, check=True)
    return environment / "bin"


def printed(programs: Path, *arguments: str) -> str:
    """Return what the environment's Python prints, outside the repository: it must import the installed package."""
    done = subprocess.run(
        [str(programs / "python"), *arguments], cwd=programs, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_dependencies_are_complete_and_include_no_framework(programs: Path) -> None:
    printed(programs, "-m", "pip", "check")
    versions = {
        found["name"].lower(): found["version"]
        for found in json.loads(printed(programs, "-m", "pip", "list", "--format=json"))
    }
    print({name: versions[name] for name in ("tensorboard", "protobuf", "numpy")})
    assert not {"tensorflow", "tensorflow-cpu", "keras"} & set(versions)


def test_open_run_reads_a_run(programs: Path) -> None:
    code = "import sys, tb_rnn_plugin; print(tb_rnn_plugin.__file__); print(tb_rnn_plugin.open_run(sys.argv[1]).steps)"
    where, steps = printed(programs, "-c", code, str(RUNS / "rnn")).splitlines()
    assert Path(where).is_relative_to(programs.parent)
    assert steps == "[0, 1]"


def test_tensorboard_shows_the_tab_and_opens_a_run(programs: Path) -> None:
    with tensorboard("--logdir", RUNS, program=[programs / "tensorboard"]) as board:
        board.wait_for_runs("rnn")
        listed = board.get("/data/plugins_listing").json()["rnn_timeline"]
        assert (listed["enabled"], listed["tab_name"]) == (True, "RNN Timeline")
        script = board.get("index.js")
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert script.body == (ROOT / "tb_rnn_plugin" / "server" / "static" / "index.js").read_bytes()
        run = board.get("run", run="rnn").json()
        assert ([layer["key"] for layer in run["layers"]], run["problems"]) == (["lstm", "gru"], [])
        assert board.get("trace", run="rnn", step=1, layer="gru", sample=0).status == 200
