"""Invalid bytes sent to the socket of a real TensorBoard process: they have no effect."""

from __future__ import annotations

import socket
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import resident
from tests.server.application import CANARY, MAX_BYTES
from tests.server.requests import ROUTES, asked
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard
from tests.tensorboard_process import ROUTES as PREFIX
from tests.untrusted.logs import write_logs
from tests.untrusted.requests import BYTES, METHODS, NUMBERS, TEXTS

pytestmark = pytest.mark.slow

MAX_GROWTH = 8 * 2**20
"""Bytes per round; less than a third of the names of experiments in its requests."""


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_logs(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def board(logdir: Path) -> Iterator[TensorBoard]:
    with tensorboard("--logdir", logdir) as board:
        board.wait_for_runs("explained/rnn", "linked-files/rnn", "odd/rnn")
        yield board


def send(board: TensorBoard, target: bytes, method: bytes = b"GET", headers: bytes = b"") -> int:
    """Send the bytes of one request, check the answer and return its status."""
    port = urllib.parse.urlsplit(board.address).port or 0
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(method + b" " + target + b" HTTP/1.0\r\n" + headers + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert CANARY.encode() not in answer, target
    assert len(answer) < MAX_BYTES
    if len(target) > 65_000 and b"414" in answer:
        return 414  # Python's server stops before it has read the version of HTTP: no status line.
    assert answer.startswith(b"HTTP/1."), (target[:200], len(target), answer[:200])
    status = int(answer.split(b" ", 2)[1])
    assert status < 500 or (status == 501 and method not in (b"GET", b"HEAD")), (method, target[:200], answer[:500])
    return status


def target(route: str, **changes: str) -> bytes:
    return (PREFIX + route + "?" + urllib.parse.urlencode({**asked(route), **changes})).encode()


RAW = [part.encode() for part in BYTES]
RAW += [b"\xff\xfe", b"\xc0\xae\xc0\xae/", b"\xed\xa0\x80", b"\x7f", b"%", b"&" * 3_000, b"=" * 3_000, b"run=" * 3_000]
RAW += [
    b"x" * 60_000,
    b"x" * 70_000,
    b"&a=1" * 15_000,
    b"%25" * 20_000,
    b"%2e%2e%2f" * 6_000,
    b";" * 100,
    b"#",
    b"?" * 50,
]


@pytest.mark.parametrize("route", ROUTES)
def test_broken_bytes_have_an_answer(board: TensorBoard, route: str) -> None:
    right = target(route)
    statuses = {send(board, right + raw) for raw in RAW} | {
        send(board, right.replace(b"run=", b"run=" + raw, 1)) for raw in RAW
    }
    statuses |= {send(board, right.split(b"?")[0] + raw) for raw in RAW}
    statuses |= {
        send(board, right.replace(b"/data/", raw + b"/data/", 1))
        for raw in (b"/..", b"//", b"/%2e%2e", b"http://other.example")
    }
    assert statuses & {200, 404}
    assert statuses <= {200, 301, 302, 308, 400, 404, 414}
    assert send(board, right) == 200


@pytest.mark.parametrize(
    "value", [b"9" * 60_000 + b"x", b"1" * 30_000 + b"." + b"1" * 30_000 + b"x", b"." * 60_000, b"1e" * 30_000]
)
def test_a_long_number_takes_no_longer_than_a_short_one(board: TensorBoard, value: bytes) -> None:
    """If a pattern can match in many ways, a request of 60,000 digits takes minutes."""
    for route, names in ROUTES.items():
        for name in names:
            assert send(board, target(route, **{name: "@"}).replace(b"%40", value)) in (200, 400, 404)


@pytest.mark.parametrize("route", ["runs", "index.js", *ROUTES])
def test_no_other_method_has_an_effect(board: TensorBoard, route: str, logdir: Path) -> None:
    before = snapshot(logdir)
    path = target(route) if route in ROUTES else (PREFIX + route).encode()
    for method in ["BREW", *METHODS]:
        assert send(board, path, method.encode(), b"Content-Length: 3\r\n\r\nabc") in (400, 405, 414, 501)
    assert send(board, path, b"HEAD") == 200
    assert snapshot(logdir) == before


def snapshot(directory: Path) -> list[tuple[str, int, int, int]]:
    found = [(str(path), path.lstat()) for path in sorted(directory.rglob("*"))]
    return [(name, status.st_size, status.st_mtime_ns, status.st_mode) for name, status in found]


@pytest.mark.parametrize("step", ["5", "6", "7", "8"])
def test_files_that_are_links_out_are_not_read(board: TensorBoard, step: str) -> None:
    for route, names in ROUTES.items():
        if "step" in names:
            assert send(board, target(route, run="linked-files/rnn", step=step, layer="lstm")) == 404
    assert send(board, target("sample", run="linked-files/rnn", sample="0")) == 404


@pytest.mark.parametrize("run", ["linked-traces/rnn", "linked-plugins/rnn"])
def test_directories_that_are_links_out_are_not_read(board: TensorBoard, run: str) -> None:
    answer = board.get("run", run=run)
    assert answer.status == 404
    assert b"has no RNN Timeline data on disk" in answer.body
    assert run not in {listed["name"] for listed in board.get("runs").json()["runs"]}


@pytest.mark.parametrize(("step", "words"), [(1, "no regular file"), (2, "no regular file"), (3, "step-0000000003")])
def test_a_pipe_or_directory_is_refused_at_once(board: TensorBoard, step: int, words: str) -> None:
    """Opening a pipe would block."""
    answer = board.get("trace", run="odd/rnn", step=step, layer="lstm", sample=0)
    assert answer.status == 404
    assert words in answer.body.decode()
    described = board.get("run", run="odd/rnn").json()
    assert [layer["key"] for layer in described["layers"]] == ["lstm"]
    assert described["steps"] == [0, 1, 2, 3, 10**12 - 1]


def test_memory_does_not_grow_with_requests(board: TensorBoard) -> None:
    """Every request names another experiment, and a run that does not exist.

    A leak grows in every round; what the allocator keeps for the next burst does not.
    """
    growth: list[int] = []
    while len(growth) < 6 and not any(0 <= one < MAX_GROWTH for one in growth):
        before = resident(board.process.pid)
        ask_many(board, 600)
        growth.append(resident(board.process.pid) - before)
    assert min(map(abs, growth)) < MAX_GROWTH, growth


def ask_many(board: TensorBoard, count: int) -> None:
    for i in range(count):
        prefix = f"/experiment/{time.monotonic_ns()}{'x' * 50_000}".encode()
        text = urllib.parse.quote((TEXTS + NUMBERS)[i % len(TEXTS + NUMBERS)][:300])
        assert send(board, prefix + PREFIX.encode() + b"run?run=" + text.encode()) in (400, 404)
