"""Layers that no longer change, over captured steps a known distance apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.analysis.findings.frozen import relative_change
from tb_rnn_plugin.log.fingerprint import fingerprint
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tb_rnn_plugin.log.writer import RunWriter
from tests.analysis.findings.networks import Weights, findings, inputs, synthetic, trace_of

HIDDEN = np.random.default_rng(0).uniform(-0.8, 0.8, (3, 30, 6))
OTHER = np.random.default_rng(1).uniform(-0.8, 0.8, (3, 30, 6))


def apart(*distances: float, dtype: str = "float64") -> list[LayerTrace]:
    """Return layers that lie at these places on a line, in parts of their root mean square."""
    return [synthetic((HIDDEN + distance * OTHER).astype(dtype)) for distance in distances]


def unweighed(trace: LayerTrace) -> LayerTrace:
    """Return a layer as a log without weights has it."""
    return replace(trace, weights={})


def test_a_layer_that_stays_as_it_is() -> None:
    steps = [unweighed(trace_of())] * 5
    [found] = findings(*steps)["frozen"]
    assert (found.layer, found.signal, found.steps) == ("rnn", "hidden_state", (10, 20, 30, 40))
    assert (found.units, found.timesteps) == ((), ())
    assert found.severity == pytest.approx(0.6)
    assert "from epoch 10 to epoch 40 it has changed by at most 0.0e+00" in found.message
    assert "epoch" not in findings(*steps, unit="batch")["frozen"][0].message


def test_three_steps_are_too_few() -> None:
    assert findings(*[unweighed(trace_of())] * 3) == {}


def test_weights_that_have_never_moved_are_found_at_once() -> None:
    """Other inputs move the state, as a layer below that learns does."""
    steps = [trace_of(x=inputs(seed)) for seed in range(4)]
    [found] = findings(*steps[:2])["frozen"]
    assert found.message == (
        "The weights have not moved, as far as float32 shows, since epoch 0, the first that was captured: all 384 are "
        "the same as stored."
    )
    assert (found.layer, found.steps) == ("rnn", (0, 10))
    assert findings(*steps)["frozen"][0].steps == (0, 20, 30)
    assert "frozen" not in findings(steps[0])

    def move(weights: Weights) -> None:
        weights["bias"] += 1e-3

    moved = trace_of(fault=move, x=inputs(5))
    assert "frozen" not in findings(moved, *steps[1:])
    assert "frozen" not in findings(*steps, moved)


def logged(directory: Path, *kernels: Array) -> list[str]:
    """Return what the findings in the log of a run with these weights, with fingerprints, say of weights."""
    writer = RunWriter(directory)
    for step, kernel in enumerate(kernels):
        weights = {"kernel": kernel}
        trace = synthetic(np.random.default_rng(step).uniform(-1, 1, (3, 30, 6)), weights=weights)
        writer.write_step(step, [replace(trace, fingerprint=fingerprint(weights))])
    found = open_run(directory).findings(len(kernels) - 1)
    return [one.message for one in found if one.kind == "frozen"]


def test_fingerprints_tell_what_float16_hides(tmp_path: Path) -> None:
    kernel = np.random.default_rng(0).normal(size=(10, 20)).astype(np.float32)
    moved = kernel * np.float32(1 + 1e-6)
    assert np.array_equal(kernel.astype(np.float16), moved.astype(np.float16))
    assert logged(tmp_path / "moved", kernel, moved) == logged(tmp_path / "first", kernel, moved, moved) == []
    assert logged(tmp_path / "same", kernel, kernel) == [
        "The weights have not moved since epoch 0, the first that was captured: all 200 are the same."
    ]


def test_without_a_fingerprint_the_weights_are_known_as_they_are_stored() -> None:
    weights: dict[str, Array] = {"kernel": np.ones((10, 20), np.float16), "bias": np.ones(20, np.float32)}
    older, newer = (replace(trace_of(x=inputs(seed)), weights=weights) for seed in range(2))
    [found] = findings(older, replace(newer, fingerprint="a"))["frozen"]
    assert "not moved, as far as float16 shows, since epoch 0" in found.message


def test_a_few_weights_tell_nothing() -> None:
    few = [replace(trace_of(x=inputs(seed)), weights={"kernel": np.ones((9, 11))}) for seed in range(2)]
    assert "frozen" not in findings(*few)


@pytest.mark.slow
def test_a_layer_that_is_trained() -> None:
    steps = [trace_of(fault=lambda weights, i=i: weights["bias"].__iadd__(0.05 * i)) for i in range(4)]  # type: ignore[misc]
    assert "frozen" not in findings(*steps)


@pytest.mark.parametrize(
    ("places", "frozen"),
    [
        ((0, 2e-4, 4e-4, 6e-4), True),
        ((0.5, 0, 2e-4, 4e-4, 6e-4), True),
        ((0, 4e-4, 8e-4, 12e-4), False),  # Each step is small, together they lead away.
        ((0, 9e-4, 0, 9e-4), True),
        ((0, 15e-4, 0, 0), False),
        ((0, 0, 0, 15e-4), False),
        ((15e-4, 0, 0, 0), False),
    ],
)
def test_one_thousandth(places: tuple[float, ...], frozen: bool) -> None:
    assert ("frozen" in findings(*apart(*places))) == frozen


def test_rounding_to_float16_is_no_change() -> None:
    assert "frozen" in findings(*apart(0, 1e-4, 0, 1e-4, dtype="float16"))


def test_changes_are_those_of_a_loop() -> None:
    before, after = HIDDEN.copy(), HIDDEN + 0.3 * OTHER
    before[0, 20:], after[1, 3:5], after[2, 7, 1] = np.nan, np.nan, np.nan
    pairs = [(b, a) for b, a in zip(before.ravel().tolist(), after.ravel().tolist(), strict=True) if b == b and a == a]
    expected = (sum((a - b) ** 2 for b, a in pairs) / sum(a**2 for _, a in pairs)) ** 0.5
    assert relative_change(before, after) == pytest.approx(expected, rel=1e-12)
    assert relative_change(1e200 * before, 1e200 * after) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (np.ones((1, 9, 1)), np.zeros((1, 9, 1))),
        (np.ones((1, 9, 1)), np.ones((1, 8, 1))),
        (np.ones((1, 7, 1)), np.ones((1, 7, 1))),
        (np.full((1, 9, 1), np.nan), np.ones((1, 9, 1))),
    ],
)
def test_what_cannot_be_compared(before: Array, after: Array) -> None:
    assert np.isnan(relative_change(before, after))


def test_other_shapes_and_layers_that_came_later_are_not_frozen() -> None:
    same, longer = unweighed(trace_of()), unweighed(trace_of(x=inputs(timesteps=41)))
    assert "frozen" not in findings(same, longer, same, same)
    assert "frozen" not in findings([same], [], [same], [same])


def test_outputs_of_other_layers() -> None:
    dense = synthetic(HIDDEN, cell="Dense", signals={"output": HIDDEN}, ranges={}, inputs=None, initial_states={})
    assert [f.signal for f in findings(*[dense] * 4)["frozen"]] == ["output"]
