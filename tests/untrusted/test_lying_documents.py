"""Valid files with documents and arrays that no writer of ours makes: never a 500, and no memory wasted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.log import array_writer
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.schema import Array
from tests.server.application import Application, forget_peak, resident
from tests.server.requests import ROUTES, asked
from tests.server.runs import step_path, write_explained_run
from tests.untrusted.forger import DELETED, document_of, exchange, places, put, rewrite

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::RuntimeWarning")]

RUN = "explained/rnn"
LAST = 2

AT_A_STEP = [name for name in ROUTES if name not in ("sample", "summary")]
OF_THE_PROBE = ["runs", "run", "sample", "series", "detectors", "detector_history"]

MAX_GROWTH = 128 * 2**20
"""Bytes by which the process may grow during a test; its files have about 20 kB."""


def deep() -> Any:
    value: Any = []
    for _ in range(490):
        value = [value]
    return value


VALUES: list[Any] = [DELETED, None, True, -1, 0, 7, 10**400, 2**62, 1.5, float("nan"), float("inf"), "", "\ud800", "O"]
VALUES += [
    "x" * 20_000,
    [],
    {},
    [1, 2, 3],
    ["a", "b", "c"],
    [["a"], "b", 3],
    [[]] * 3,
    {"a": {"b": 1}},
    [1e400, 1],
    deep(),
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_explained_run(tmp_path / RUN)
    return tmp_path / RUN


@pytest.fixture
def application(run: Path) -> Application:
    return Application(run.parents[1])


@pytest.fixture(autouse=True)
def modest(application: Application) -> Iterator[None]:
    """Limit the memory of each test."""
    ask_all(application, AT_A_STEP)  # The first answers import modules, which stay in memory.
    forget_peak()
    before = resident()
    yield
    assert resident(peak=True) - before < MAX_GROWTH


def ask_all(application: Application, routes: list[str]) -> list[int]:
    """Send a request to each route, at the last step, and return the statuses. `Application.ask` checks the answers."""
    step = {"run": RUN, "step": LAST}
    return [application.ask(name, asked(name, **ASKED, **step) if name != "runs" else {}).status for name in routes]


ASKED: dict[str, Any] = {"layer": "rnn", "sample": 1, "signal": "hidden_state", "unit": 2}


def with_each_lie(application: Application, path: Path, routes: list[str]) -> list[int]:
    sound, statuses = path.read_bytes(), []
    for place in places(document_of(path)):
        if place[0] == "arrays":
            continue  # `test_lying_headers` covers those.
        for value in VALUES:
            path.write_bytes(sound)
            rewrite(path, lambda header, document, place=place, value=value: put(document, place, value))  # type: ignore[misc]
            try:
                statuses += ask_all(application, routes)
            except BaseException as error:
                error.add_note(f"with {value!r:.100} at {place}")
                raise
    return statuses


def test_the_unchanged_run_can_be_read(application: Application) -> None:
    assert set(ask_all(application, [*AT_A_STEP, *OF_THE_PROBE])) == {200}


def test_any_value_at_any_place_of_a_step(application: Application, run: Path) -> None:
    statuses = with_each_lie(application, step_path(run, LAST), ["run", "trace", "findings", "explain", "evolution"])
    assert len(statuses) > 3_000
    assert statuses.count(404) > 1_000, "lies are refused"
    assert statuses.count(200) > 1_000, "what does not need what is lied about is answered, and so is a note"


def test_any_value_at_any_place_of_a_probe(application: Application, run: Path) -> None:
    path = run / "plugins" / "rnn_timeline" / "probe.safetensors"
    statuses = with_each_lie(application, path, OF_THE_PROBE)
    assert len(statuses) > 1_000
    assert statuses.count(404) > 200
    assert statuses.count(200) > 200


def test_any_samples_of_rows(application: Application, run: Path) -> None:
    path = step_path(run, LAST)
    sound = path.read_bytes()
    rows = len(ArrayFile(path).read("signals/rnn/hidden_state"))
    of_right_length = [[0] * rows, [None] * rows, [2**62, *[0] * (rows - 1)], [-1] * rows, ["a"] * rows, [True] * rows]
    for value in [*VALUES[1:], *of_right_length, list(range(rows))[::-1], list(range(rows + 1))]:
        path.write_bytes(sound)
        rewrite(path, lambda header, document, v=value: document["layers"][0].update(row_samples=v))  # type: ignore[misc]
        assert set(ask_all(application, AT_A_STEP)) <= {200, 400, 404}, value


def others(array: Array) -> Iterator[Array]:
    """Yield arrays that differ from an array in dtype, axes, size or values."""
    for dtype in (np.bool_, np.int8, np.uint64, np.float16, np.float64):
        with np.errstate(all="ignore"):
            yield array.astype(dtype)
    yield array[..., :-1]
    yield array[:-1]
    yield array[:0]
    yield array[..., :0]
    yield array.T.copy()
    yield array[None]
    yield array[..., None]
    yield array[0]
    yield array.reshape(-1)
    yield np.array(0.5)
    yield np.full_like(array, np.nan)
    yield np.full_like(array, np.inf)
    yield np.full(array.shape, np.finfo(np.float64).max)
    yield np.full(array.shape, -np.finfo(np.float64).tiny)
    yield np.zeros_like(array)
    yield np.zeros((1,) * 30)


@pytest.mark.parametrize("file", ["step", "probe"])
def test_any_array_in_the_place_of_another(application: Application, run: Path, file: str) -> None:
    path = step_path(run, LAST) if file == "step" else run / "plugins" / "rnn_timeline" / "probe.safetensors"
    sound, statuses = path.read_bytes(), []
    for name in ArrayFile(path).names:
        array = ArrayFile(path).read(name)
        for other in others(array):
            exchange(path, name, np.ascontiguousarray(other) if other.ndim else other)
            try:
                statuses += ask_all(application, AT_A_STEP if file == "step" else OF_THE_PROBE)
            except BaseException as error:
                error.add_note(f"with {other.dtype} {other.shape} for {name}")
                raise
            path.write_bytes(sound)
    assert {200, 404} <= set(statuses)


def test_an_array_more_or_less(application: Application, run: Path) -> None:
    path = step_path(run, LAST)
    file = ArrayFile(path)
    named = {name: file.read(name) for name in file.names}
    document = {field: file.field(field) for field in document_of(path) if field != "arrays"}
    for name in named:
        array_writer.write(path, {known: array for known, array in named.items() if known != name}, document)
        ask_all(application, AT_A_STEP)
    for name in [
        "masks/rnn",
        "weights/rnn/bias2",
        "initial_states/rnn/x",
        "predictions/x",
        "predictions/",
        "x",
        "",
        "\ud800",
    ]:
        for array in (np.ones(3), np.ones((3, 9, 2)), np.ones((3, 9), np.bool_), np.array(1)):
            array_writer.write(path, {**named, name: array}, document)
            ask_all(application, AT_A_STEP)


def test_a_cell_without_its_signals(application: Application, run: Path) -> None:
    """A layer named as a cell whose equations are known, without their signals and weights."""
    path = step_path(run, LAST)
    for cell in ("GRU", "SimpleRNN", "ConvLSTM2D", "LSTM", "Dense"):
        for config in (
            {},
            {"activation": "a = b = c"},
            {"activation": 5, "recurrent_activation": None, "reset_after": "x"},
        ):
            rewrite(path, lambda header, document, c=cell, f=config: document["layers"][0].update(cell=c, config=f))  # type: ignore[misc]
            ask_all(application, AT_A_STEP)


def test_texts_take_no_more_memory_than_they_need(application: Application, run: Path) -> None:
    """Each of NumPy's own strings takes as much memory as the longest."""
    path = run / "plugins" / "rnn_timeline" / "probe.safetensors"
    samples = len(document_of(path)["sample_names"])
    texts = [["x" * 20_000, *["y"] * 2_000], *[["y"] * 2_001] * (samples - 1)]
    rewrite(path, lambda header, document: document.update(texts={"inputs/text": texts}))
    assert ask_all(application, OF_THE_PROBE) == [200] * len(OF_THE_PROBE)
