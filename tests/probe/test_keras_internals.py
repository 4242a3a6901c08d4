"""A Keras that lacks a name that the probe relies on is one clear sentence, and no such name escapes the check."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType

import keras
import pytest

from tb_rnn_plugin.probe import keras_internals
from tb_rnn_plugin.probe.keras_internals import NAMES, KerasName, Used

REPOSITORY = Path(__file__).parents[2]
INTERNALS = Path(keras_internals.__file__)


def renamed(code: CodeType, name: str) -> CodeType:
    """Return a function's code with a name in it, at any depth, changed."""

    def other(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple("renamed" if one == name else one for one in names)

    constants = tuple(
        renamed(constant, name) if isinstance(constant, CodeType) else "renamed" if constant == name else constant
        for constant in code.co_consts
    )
    return code.replace(
        co_names=other(code.co_names),
        co_varnames=other(code.co_varnames),
        co_cellvars=other(code.co_cellvars),
        co_consts=constants,
    )


def rename(name: KerasName, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the installed Keras call a name of the table otherwise."""
    owner = name.owner()
    if isinstance(name, Used):
        for function in name.functions():
            monkeypatch.setattr(function, "__code__", renamed(function.__code__, name.name))
    else:
        places = [owner] if isinstance(owner, ModuleType) else owner.__mro__
        monkeypatch.delattr(next(place for place in places if name.name in vars(place)), name.name)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.where}.{name.name}")
def test_a_renamed_name_is_one_sentence(name: KerasName, monkeypatch: pytest.MonkeyPatch) -> None:
    rename(name, monkeypatch)
    with pytest.raises(ImportError) as caught:
        keras_internals.check()
    # Functions are shared between classes: the sentence may name another of those that lack it.
    alike = [other for other in NAMES if (other.name, other.purpose) == (name.name, name.purpose)]
    assert str(caught.value) in [
        f"tb-rnn-plugin relies on {other.name!r} in {other.where} to {other.purpose}, and the installed Keras "
        f"{keras.__version__} does not have it: upgrade tb-rnn-plugin or, if it is up to date, install another version "
        "of Keras."
        for other in alike
    ]


def test_the_installed_keras_has_every_name() -> None:
    keras_internals.check()
    assert len(set(NAMES)) == len(NAMES)


def test_the_import_checks() -> None:
    code = "import keras\ndel keras.layers.Layer._flatten_layers\nfrom tb_rnn_plugin import capture"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 1
    sentence = "tb-rnn-plugin relies on '_flatten_layers' in keras.layers.Layer to find the layers of a model, and "
    assert done.stderr.strip().splitlines()[-1].startswith(f"ImportError: {sentence}")


def undocumented(source: str) -> Iterator[str]:
    """Yield the private names of other objects in a module's source, and what it imports from Keras' private modules.

    A name that the module defines itself is its own.
    """
    tree = ast.parse(source)
    functions = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in functions:
            if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")):
                yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if is_private(node.value) or node.value.startswith("keras.src"):
                yield node.value
        elif isinstance(node, ast.keyword) and is_private(node.arg or ""):
            yield str(node.arg)
        elif isinstance(node, ast.ImportFrom) and "keras" in (node.module or "") and ".src" in str(node.module):
            yield str(node.module)


def is_private(name: str) -> bool:
    return name.isidentifier() and name.startswith("_") and not name.startswith("__") and name.strip("_") != ""


def sources() -> list[Path]:
    package = REPOSITORY / "tb_rnn_plugin"
    return [package / "callback.py", package / "recording.py", *sorted((package / "probe").rglob("*.py"))]


@pytest.mark.parametrize(
    "path", [path for path in sources() if path != INTERNALS], ids=lambda path: str(path.relative_to(REPOSITORY))
)
def test_no_other_module_uses_an_undocumented_name(path: Path) -> None:
    assert list(undocumented(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "layer._called = True",
        "getattr(model, '_compile_loss', None)",
        "put(_losses=[])",
        "from keras.src.backend.common import global_state",
        "import_module('keras.src.utils.naming')",
    ],
)
def test_the_search_finds_undocumented_names(source: str) -> None:
    assert len(list(undocumented(source))) == 1


def test_every_undocumented_name_is_in_the_table() -> None:
    table = {name.name for name in NAMES}
    places = {name.where for name in NAMES}
    used = set(undocumented(INTERNALS.read_text()))
    assert {name for name in used if not name.startswith("keras.src")} <= table
    assert all(any(place.startswith(module) for place in places) for module in used if module.startswith("keras.src"))
