"""Fifty clients scrub through a run at the same time: each gets the right answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tb_rnn_plugin.log.writer import RunWriter
from tests.clients import at_once, resident
from tests.runs import lstm_trace, probe
from tests.tensorboard_process import TensorBoard, tensorboard

pytestmark = pytest.mark.slow

CLIENTS, STEPS, ROUNDS = 50, 12, 3
MAX_GROWTH = 1.25
"""Growth of memory from the first round to any later one; what the allocator keeps varies."""

HERE: dict[str, Any] = {"run": "run/rnn", "layer": "lstm", "sample": 1}


def asks(client: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the requests of one client: each step's trace, forwards or backwards, and one of another kind."""
    steps = [(client + i if client % 2 else client - i) % STEPS for i in range(STEPS)]
    others = [
        ("findings", {"run": "run/rnn", "step": steps[0]}),
        ("evolution", {**HERE, "signal": "cell_state", "unit": client % 8}),
        ("similarity", {**HERE, "signal": "hidden_state", "step": steps[1]}),
    ]
    return [*(("trace", {**HERE, "step": step}) for step in steps), others[client % 3]]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("load")
    writer = RunWriter(root / "run" / "rnn")
    writer.write_probe(probe(2, 60))
    for step in range(STEPS):
        writer.write_step(step, [lstm_trace(step, samples=2, timesteps=60, units=32)])
    return root


def ask_alone(board: TensorBoard) -> dict[str, bytes]:
    """Return the answers that a single client gets."""
    every = {repr(ask): ask for client in range(CLIENTS) for ask in asks(client)}
    return {key: board.get(route, **parameters).body for key, (route, parameters) in every.items()}


def test_fifty_at_once(logs: Path) -> None:
    with tensorboard("--logdir", logs) as board:
        board.wait_for_runs("run/rnn")
        rounds, memory = [], []
        for _ in range(ROUNDS):
            rounds.append(at_once(board, [asks(client) for client in range(CLIENTS)]))
            memory.append(resident(board.process.pid))
        wanted = ask_alone(board)
    for answers in rounds:
        assert len(answers) == CLIENTS * (STEPS + 1)
        for answer in answers:
            assert (answer.status, answer.body) == (200, wanted[repr(answer.asked)])
    assert max(memory[1:]) < MAX_GROWTH * memory[0]
