"""What a fingerprint says, and which run a new one goes on from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.log import fingerprint as module
from tb_rnn_plugin.log.fingerprint import fingerprint, first_fingerprints
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import lstm_trace, probe


def write(
    directory: Path,
    origin: Mapping[str, str] | None,
    steps: Sequence[str],
    ended_with: Mapping[str, str] | None = None,
) -> Path:
    """Write a run of one layer that has these fingerprints."""
    writer = RunWriter(directory)
    for step, known in enumerate(steps):
        writer.write_step(step, [replace(lstm_trace(0), fingerprint=known)])
    writer.write_probe(probe(), origin, ended_with)
    return directory


@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"gamma": np.ones(4, "float32"), "beta": np.zeros(4)},
        {"kernel": np.full((2, 3), 0.1), "none": np.zeros((0, 3)), "count": np.array(0)},
        {"gamma": np.ones(1), "beta": np.zeros(1)},
    ],
    ids=str,
)
def test_constants_say_nothing(weights: Any) -> None:
    """As normalization starts from them, they are the same in all runs."""
    assert fingerprint(weights) is None


@pytest.mark.parametrize(
    "weights",
    [
        {"gamma": np.ones(4), "kernel": np.array([0.0, 0.0, 1e-8])},
        {"kernel": np.array([[0.3]]), "bias": np.zeros(1)},
        {"kernel": np.append(np.zeros(2**18, "float32"), 1)},
    ],
    ids=["one of two", "one value", "the last value"],
)
def test_other_values_have_a_fingerprint(weights: Any) -> None:
    assert fingerprint(weights) is not None


@pytest.mark.parametrize("started", ["origin", "first step", "second step", "end"])
def test_a_run_goes_on_from_any_weights_that_an_earlier_run_had(tmp_path: Path, started: str) -> None:
    first = write(tmp_path / "rnn", {"lstm": "origin"}, ["first step", "second step"], {"lstm": "end"})
    other = write(tmp_path / "rnn-2", {"lstm": "another"}, ["another step"])
    assert first_fingerprints(tmp_path / "rnn-3", [first, other], {"lstm": started}) == {"lstm": "origin"}


def test_what_an_earlier_run_is_not_known_to_have_had_is_not_known(tmp_path: Path) -> None:
    """It may have had these weights between two steps; without an earlier run, the run started from them."""
    first = write(tmp_path / "rnn", {"lstm": "origin"}, ["first step"])
    unsaid = write(tmp_path / "rnn-2", None, ["step of an older version"])
    for started in ("between two steps", "step of an older version"):
        assert first_fingerprints(tmp_path / "rnn-3", [first, unsaid], {"lstm": started}) == {}
    assert first_fingerprints(tmp_path / "beside" / "rnn", [], {"lstm": "a"}) == {"lstm": "a"}


def test_the_last_steps_of_earlier_runs_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not tens of thousands: training waits."""
    monkeypatch.setattr(module, "_MAX_STEPS", 2)
    runs = [
        write(tmp_path / "rnn", {"lstm": "a"}, ["a0", "a1"]),
        write(tmp_path / "rnn-2", {"lstm": "b"}, ["b0"]),
    ]
    searched = {key: first_fingerprints(tmp_path / "rnn-3", runs, {"lstm": key}) for key in ("a", "a0", "a1", "b0")}
    assert searched == {"a": {"lstm": "a"}, "a0": {}, "a1": {"lstm": "a"}, "b0": {"lstm": "b"}}
