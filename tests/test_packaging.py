"""What the package declares and contains."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.metadata.core import CoreMetadata, ProjectMetadata, load_toml
from hatchling.plugin.manager import PluginManager

from tb_rnn_plugin import __version__

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return directory


@pytest.mark.slow
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
    assert {"docs/guide.md", "demo/timeline.png", "hatch_metadata.py", ".github/workflows/tests.yml"} <= names
    assert not [name for name in names if "node_modules" in name]


@pytest.mark.parametrize("folder", ["frontend_static", ".github"])
def test_a_lock_file_names_no_registry(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_every_import_is_declared() -> None:
    """What is imported to look at logs is a dependency; what only captures, or one analysis, import is in an extra."""
    importers: dict[str, set[Path]] = {}
    for path in (ROOT / "tb_rnn_plugin").rglob("*.py"):
        for module in imported(ast.parse(path.read_text())):
            importers.setdefault(module, set()).add(path)
    third_party = importers.keys() - sys.stdlib_module_names - {"tb_rnn_plugin"}
    needed = {module: DISTRIBUTIONS.get(module, module) for module in third_party}
    dependencies, extra, matching = declared("dependencies"), declared("tensorflow"), declared("matching")
    assert set(needed.values()) == dependencies.keys() | extra.keys() | matching.keys()
    for module, distribution in needed.items():
        if distribution in extra:
            assert {path.relative_to(ROOT).parts[1] for path in importers[module]} <= {"probe", "callback.py"}, module
        if distribution in matching:
            assert {path.name for path in importers[module]} == {"unit_matching.py"}, module


def imported(tree: ast.Module) -> set[str]:
    """Return the first parts of the names of all modules that a module imports."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) if node.level == 0]
    return {"google.protobuf" if name.startswith("google.") else name.partition(".")[0] for name in names}


DISTRIBUTIONS = {"google.protobuf": "protobuf", "google_crc32c": "google-crc32c"}


def declared(group: str) -> dict[str, str]:
    """Return the distributions of the dependencies or of an extra, each with its lower bound."""
    core = metadata("")
    listed = core.dependencies if group == "dependencies" else core.optional_dependencies[group]
    found = [re.fullmatch(r"([\w-]+)(?:<\d+,)?>=([\d.]+)", requirement) for requirement in listed]
    assert all(found), listed
    return {match[1]: match[2] for match in found if match}


def metadata(repository: str) -> CoreMetadata:
    """Return the package's metadata as built with a setting of its repository."""
    config = load_toml(str(ROOT / "pyproject.toml"))
    config["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"] = repository
    return ProjectMetadata(str(ROOT), PluginManager(), config).core


def test_the_lower_bounds_are_tested() -> None:
    """`make min_versions` installs exactly these."""
    pins = dict(re.findall(r"^([\w-]+)==([\d.]+)", (ROOT / "tests" / "min_versions.txt").read_text(), re.MULTILINE))
    for group in ("dependencies", "tensorflow"):
        for distribution, bound in declared(group).items():
            assert pins[distribution] in (bound, f"{bound}.0"), distribution


def test_workflows_test_every_python_that_the_package_admits() -> None:
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    tested = json.loads(re.findall(r"python: (\[.+\])", workflow)[0])
    listed = [name.rpartition(" ")[2] for name in metadata("").classifiers if name.startswith("Programming Language")]
    assert tested == listed


def test_pre_commit_runs_the_linters_of_make_lint() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(BIN)", ".venv/bin").replace("'", "")
    commands = re.findall(r"^\t(.+)", re.findall(r"^lint:.*\n(?:\t.+\n)+", makefile, re.MULTILINE)[0], re.MULTILINE)
    hooks = re.findall(r"entry: (.+)", (ROOT / ".pre-commit-config.yaml").read_text())
    # Hooks of ruff get the changed files as arguments, also those that its configuration excludes.
    assert [hook.replace("--force-exclude", ".") for hook in hooks] == commands


REPOSITORY = "https://example.org/owner/name"


def test_an_index_shows_the_readmes_pictures_and_opens_its_links() -> None:
    """Once the setting names the repository."""
    text = metadata(REPOSITORY).readme
    targets = re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", text)
    assert {image for image, _ in targets} == {"", "!"}
    for image, target in targets:
        assert target.startswith("https://"), target
        if target.startswith(REPOSITORY):
            kind, tag, path = target.removeprefix(f"{REPOSITORY}/").split("/", 2)
            assert (kind, tag) == ("raw" if image else "blob", f"v{__version__}")
            assert (ROOT / path.partition("#")[0]).exists(), path


def test_the_urls_are_the_repositorys() -> None:
    assert all(address.startswith(REPOSITORY) for address in metadata(REPOSITORY).urls.values())
    assert metadata("").urls == {}
