"""Truncated and damaged files of a run: no route shows a number that was not written, and none fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import probe
from tests.server.damage import cut, flipped
from tests.server.requests import ROUTES, VALUES
from tests.server.runs import explained_annotation, explained_layer, step_path
from tests.tensorboard_process import Answer, TensorBoard, tensorboard

pytestmark = pytest.mark.slow

RUN = "run/rnn"
STEPS = 3

Answers = dict[str, Answer]


def write(directory: Path) -> None:
    """Write a run that every route has an answer for, with names that JSON escapes."""
    samples, timesteps = explained_annotation().shape
    writer = RunWriter(directory, dtype="float32")
    writer.write_probe(
        replace(
            probe(samples, timesteps),
            annotations={"high": explained_annotation()},
            tokens=[["🙂"] * timesteps] * samples,
        )
    )
    for step in range(STEPS):
        # Large enough for offsets with as many digits as in real files.
        scores = np.random.default_rng(step).random((samples, timesteps, 1000), np.float32)
        writer.write_step(step, [explained_layer(step)], {"scores": scores}, {"loss": 1.0})


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("logs") / RUN
    write(directory)
    return directory


@pytest.fixture(scope="module")
def board(directory: Path) -> Iterator[TensorBoard]:
    with tensorboard("--logdir", directory.parents[1]) as board:
        board.wait_for_runs(RUN)
        yield board


OF_STEPS = set(ROUTES) - {"summary", "sample"}
"""The routes that read files of steps; summaries come from the event file."""

OF_PROBE = {"run", "sample", "series", "detectors", "detector_history", "unit_matching"}


def ask_everything(board: TensorBoard, routes: set[str], step: int) -> Answers:
    """Return the answers of these routes, at this step."""
    asked = {**VALUES, "run": RUN, "step": step, "other_run": RUN, "other_step": step}
    answers = {route: board.get(route, **{name: asked[name] for name in ROUTES[route]}) for route in sorted(routes)}
    # The findings at a later step are made from the earlier steps, too.
    return {**answers, "findings later": board.get("findings", run=RUN, step=STEPS - 1), "runs": board.get("runs")}


def arrays(answer: Answer) -> Mapping[str, Array] | None:
    """Return the arrays of an answer, or None if it has none."""
    is_binary = answer.headers["Content-Type"] == "application/octet-stream"
    return safetensors.numpy.load(answer.body) if is_binary else None


def is_part_of(answer: Answer, reference: Answer) -> bool:
    """Return whether an answer is equal to another, or a part of it."""
    found, known = arrays(answer), arrays(reference)
    if found is None or known is None:
        return answer.body == reference.body
    numbers = {name: values for name, values in found.items() if name != "unreadable"}
    return all(name in known and known[name].tobytes() == values.tobytes() for name, values in numbers.items())


def assert_right(answers: Answers, whole: Answers, without: Answers, damage: str, step: int | None) -> None:
    """Assert that each answer is a refusal, the whole run's answer, or that without the damaged file."""
    for route, answer in answers.items():
        context = f"{route} after {damage}: {answer.status} {answer.body[:200]!r}"
        assert answer.status == 200 or 400 <= answer.status < 500, context
        if answer.status == 200 and route != "run":
            is_whole = is_part_of(answer, whole[route])
            assert is_whole or is_part_of(answer, without[route]), context
            named = (arrays(answer) or {}).get("unreadable")
            assert named is None or named.tolist() == ([] if is_whole else [step]), context
    described, right, less = (one["run"].json() for one in (answers, whole, without))
    assert answers["run"].status == 200, damage
    if not described["problems"]:
        assert described == right, damage
    for part in ("layers", "samples", "annotations"):
        assert described[part] in (right[part], less[part]), (damage, part)


@pytest.mark.parametrize("step", [STEPS - 1, 1, None], ids=["last step", "step between", "probe"])
def test_no_damage_is_shown(board: TensorBoard, directory: Path, step: int | None) -> None:
    path = step_path(directory, 0).with_name("probe.safetensors") if step is None else step_path(directory, step)
    asked = (OF_PROBE, 1) if step is None else (OF_STEPS, step)
    whole = ask_everything(board, *asked)
    assert {answer.status for answer in whole.values()} == {200}
    sound = path.read_bytes()
    path.unlink()
    without = ask_everything(board, *asked)
    refused = 0
    for damage, content in chain(flipped(sound), cut(sound)):
        path.write_bytes(content)
        answers = ask_everything(board, *asked)
        assert_right(answers, whole, without, damage, step)
        refused += any(answer.status != 200 for answer in answers.values())
    assert refused > 20  # Otherwise the damage had no effect.
    path.write_bytes(sound)
    assert_right(ask_everything(board, *asked), whole, whole, "none", step)


def test_a_directory_in_the_place_of_a_file_is_a_problem(board: TensorBoard, directory: Path) -> None:
    path = step_path(directory, STEPS - 1)
    sound = path.read_bytes()
    path.unlink()
    path.mkdir()
    answers = ask_everything(board, OF_STEPS, STEPS - 1)
    path.rmdir()
    path.write_bytes(sound)
    assert all(answer.status == 200 or 400 <= answer.status < 500 for answer in answers.values())
    described = answers["run"].json()
    assert [layer["key"] for layer in described["layers"]] == ["rnn"]
    assert path.name in described["problems"][0]
