"""Patterns of units that are on together, against loops over places and patterns put where they are found."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.analysis.matching import Match, match, pattern_score, select_units
from tb_rnn_plugin.log.schema import Array

SAMPLES, TIMESTEPS, UNITS = 3, 20, 6


def drawing(*rows: str) -> Array:
    """Return values of one sample, a row per unit: `#` is 1, `.` is 0, a blank is masked, `!` is infinite."""
    numbers = {"#": 1.0, ".": 0.0, " ": np.nan, "!": np.inf}
    return np.array([[[numbers[mark] for mark in row] for row in rows]]).transpose(0, 2, 1)


def noise(seed: int) -> Array:
    """Return values of a few levels, padded in one sample, and not finite here and there."""
    random = np.random.default_rng(seed)
    values = random.integers(0, 4, (SAMPLES, TIMESTEPS, UNITS)) / 4
    values[1, 14:] = np.nan
    values[0, 5, 2], values[2, 7, 0], values[2, 9, 1] = np.nan, np.inf, -np.inf
    return values


def slow_score(
    values: Array, units: list[int], sample: int, start: int, end: int, threshold: float, below: bool
) -> float:
    cells = held = lit = 0
    for unit in units:
        for t in range(start - 1, end + 1):
            inside = start <= t < end
            if not 0 <= t < values.shape[1] or not (inside or math.isfinite(values[sample, t, unit])):
                continue
            value = float(values[sample, t, unit])
            on = value < threshold if below else value > threshold
            cells += 1
            held += math.isfinite(value) and on == inside
            lit += math.isfinite(value) and inside and on
    return lit / (len(units) * (end - start)) * (held / cells)


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("threshold", [0.3, 0.5])
@pytest.mark.parametrize("length", [1, 3, TIMESTEPS])
def test_the_score_of_every_place_is_that_of_its_cells(length: int, threshold: float, below: bool) -> None:
    for seed in range(3):
        values, units = noise(seed), [4, 0, 2]
        for sample in range(SAMPLES):
            for start in range(TIMESTEPS - length + 1):
                place = (sample, start, start + length, threshold)
                score = pattern_score(values, units, *place, below=below)
                assert score == pytest.approx(slow_score(values, units, *place, below), rel=1e-12)


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_matches_are_the_best_places_taken_one_after_another(length: int, below: bool) -> None:
    values, units, sample, start = noise(7), [1, 3], 2, 6
    left = [
        (-slow_score(values, units, s, t, t + length, 0.4, below), s, t)
        for s in range(SAMPLES)
        for t in range(TIMESTEPS - length + 1)
        if s != sample or abs(t - start) >= length
    ]
    expected = []
    while left and min(left)[0] <= -0.5:
        score, s, t = min(left)
        expected.append(Match(s, t, t + length, -score))
        left = [place for place in left if place[1] != s or abs(place[2] - t) >= length]
    assert len(expected) > 1
    found = match(values, units, sample, start, start + length, 0.4, below=below, count=None)
    assert found == tuple(expected)
    assert match(values, units, sample, start, start + length, 0.4, below=below, count=4) == found[:4]
    assert match(values, units, sample, start, start + length, 0.4, below=below, count=0) == ()


def test_places_where_nothing_is_on_are_none() -> None:
    values = drawing("..##......", "..##......")
    assert [pattern_score(values, [0, 1], 0, start, start + 2, 0.5) for start in (0, 5, 8)] == [0.0] * 3
    assert match(values, [0, 1], 0, 2, 4, 0.5, count=None) == ()
    half = drawing("..##..##..", "..##......", "..##...#..")
    assert match(half, [0, 1], 0, 2, 4, 0.5) == ()  # 1/2 of the cells within, 6/8 of all.
    [found] = match(half, [0, 2], 0, 2, 4, 0.5)
    assert found.start == 6
    assert found.score == pytest.approx(3 / 4 * 7 / 8)


def test_a_planted_pattern_is_found_wherever_it_is() -> None:
    random = np.random.default_rng(0)
    values = random.uniform(0, 0.45, (4, 100, 8))
    places = [(0, 10), (0, 60), (1, 0), (2, 96), (3, 47)]
    for sample, start in places:
        values[sample, start : start + 4, [1, 5, 6]] = 0.9
    values[0, 10:14, 6] = 0.95
    values[3, 20:26, [1, 5, 6]] = 0.9  # Two timesteps too long.
    units = select_units(values, 0, 10, 14, 0.5)
    assert units.dtype == np.int64
    assert sorted(units.tolist()) == [1, 5, 6]
    assert units[0] == 6
    found = match(values, units, 0, 10, 14, 0.5)
    assert [(place.sample, place.start, place.score) for place in found[:4]] == [(*p, 1.0) for p in places[1:]]
    assert found[4].sample == 3
    assert found[4].score == pytest.approx(5 / 6)


@pytest.mark.parametrize(
    ("start", "end", "units"),
    [
        (2, 4, [0, 2]),
        (2, 3, [4]),
        (0, 1, [5]),
        (6, 8, [3]),
        (7, 8, []),
        (0, 8, []),
    ],
)
def test_units_on_in_the_range_and_off_beside_it(start: int, end: int, units: list[int]) -> None:
    values = drawing(
        "..##....",
        "..###...",
        "..##....",
        "......##",
        "..#.....",
        "#.......",
    )
    assert select_units(values, 0, start, end, 0.5).tolist() == units
    flipped = select_units(1 - values, 0, start, end, 0.5, below=True)
    assert flipped.tolist() == units


def test_padding_and_numbers_that_are_not_finite() -> None:
    values = drawing(
        ".## ",  # off before, padding after
        ".#! ",
        "### ",
        "!## ",
    )
    assert select_units(values, 0, 1, 3, 0.5).tolist() == [0, 3]
    assert select_units(values, 0, 3, 4, 0.5).tolist() == []
    assert pattern_score(values, [0], 0, 1, 3, 0.5) == 1.0
    assert pattern_score(values, [2], 0, 1, 3, 0.5) == 2 / 3
    assert pattern_score(values, [1], 0, 1, 3, 0.5) == pytest.approx(1 / 2 * 2 / 3)
    assert pattern_score(values, [0, 3], 0, 3, 4, 0.5) == 0.0
    assert all(place.end < 4 for place in match(values, [0], 0, 1, 2, 0.5))


def test_the_strongest_unit_comes_first() -> None:
    """Inside less outside: 0.5 of the first, 0.7 of the second and third, 0.9 of the last; NaN is not counted."""
    values = np.array([[[0.4, 0.1, 0.1, 0.0], [0.9, 0.8, 0.8, 0.9], [0.4, np.nan, 0.1, 0.0], [np.nan] * 4]])
    assert select_units(values, 0, 1, 2, 0.5).tolist() == [3, 1, 2, 0]
    assert select_units(-values, 0, 1, 2, -0.5, below=True).tolist() == [3, 1, 2, 0]
    assert select_units(np.array([[[0.6, 0.9]]]), 0, 0, 1, 0.5).tolist() == [0, 1]


def test_thresholds_are_not_rounded_to_float16() -> None:
    """0.1 is stored as 0.09998, which does not exceed 0.09999; rounded to float16 that is 0.09998 too, or 0.1."""
    stored = np.float16(0.1)
    values = np.array([[[0.0], [stored], [0.0]]], np.float16)
    assert select_units(values, 0, 1, 2, float(stored) - 1e-6).tolist() == [0]
    assert select_units(values, 0, 1, 2, float(stored) + 1e-6).tolist() == []
    assert select_units(-values, 0, 1, 2, 1e-6 - float(stored), below=True).tolist() == [0]


def test_a_pattern_that_appears_over_epochs() -> None:
    epochs = [drawing("........"), drawing("....#..."), drawing("...###.."), drawing("...##...")]
    assert [pattern_score(values, [0], 0, 3, 5, 0.5) for values in epochs] == [0.0, 0.375, 0.75, 1.0]


def test_other_epochs_are_searched_for_a_pattern_of_this_one() -> None:
    later = drawing("##...##.", "##...##.")
    assert match(later, [0, 1], 0, 2, 4, 0.5) == (Match(0, 0, 2, 1.0), Match(0, 5, 7, 1.0))


CALLS: dict[str, Any] = {
    "select_units": lambda values, units, *place: select_units(values, *place),
    "match": match,
    "pattern_score": pattern_score,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("place", "kind", "message"),
    [
        ((3, 0, 2, 0.5), IndexError, "Samples are 0 to 2, got 3"),
        ((-1, 0, 2, 0.5), IndexError, "Samples are 0 to 2, got -1"),
        ((0, 2, 2, 0.5), IndexError, "within 0 to 20, got 2 to 2"),
        ((0, -1, 2, 0.5), IndexError, "within 0 to 20, got -1 to 2"),
        ((0, 18, 21, 0.5), IndexError, "within 0 to 20, got 18 to 21"),
        ((0, 0, 2, math.nan), ValueError, "threshold must be a finite number, got nan"),
    ],
)
def test_places_that_are_not_there(call: Any, place: tuple[Any, ...], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call(noise(0), [0], *place)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_values_of_one_sample_are_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\[sample, time, unit\], got the shape \[20, 6\]"):
        call(noise(0)[0], [0], 0, 0, 2, 0.5)


@pytest.mark.parametrize("call", [match, pattern_score])
def test_units_that_are_not_there(call: Any) -> None:
    with pytest.raises(IndexError, match="Units are 0 to 5, got 6"):
        call(noise(0), [0, 6], 0, 0, 2, 0.5)
    with pytest.raises(ValueError, match="must have units, got none"):
        call(noise(0), [], 0, 0, 2, 0.5)
