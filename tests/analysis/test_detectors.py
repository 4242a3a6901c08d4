"""Detectors of an annotation, against pairs counted one by one and units made to track it, or not to."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin.analysis import detectors as module
from tb_rnn_plugin.analysis.association import place
from tb_rnn_plugin.analysis.detectors import Detector, compared_places, detectors, least_score, rank, scores
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.permutation import chance_level, chance_sentences, sample_orders
from tb_rnn_plugin.log.schema import Array, LayerTrace

SAMPLES, TIMESTEPS, UNITS = 4, 12, 5


def layer(key: str = "lstm", mask: NDArray[np.bool_] | None = None, **signals: Array) -> LayerTrace:
    """Return a trace of these signals, NaN where masked."""
    if mask is not None:
        signals = {name: np.where(mask[..., None], values, np.nan) for name, values in signals.items()}
    return LayerTrace(key, "LSTM", signals, dict.fromkeys(signals), None, {}, mask)


def coarse(seed: int, samples: int = SAMPLES, timesteps: int = TIMESTEPS, units: int = UNITS) -> Array:
    """Return values of which many are equal."""
    return np.random.default_rng(seed).integers(-3, 4, (samples, timesteps, units)) / 4


def flags(seed: int = 0, samples: int = SAMPLES, timesteps: int = TIMESTEPS) -> NDArray[np.bool_]:
    """Return runs of flags, different in each sample."""
    walk = np.cumsum(np.random.default_rng(seed).normal(size=(samples, timesteps)), axis=1)
    return walk > np.median(walk)


def numbers(seed: int = 0) -> Array:
    result = np.cumsum(np.random.default_rng(seed).normal(size=(SAMPLES, TIMESTEPS)), axis=1)
    result[0, 3] = result[2, 5:8] = np.nan
    return result


def padded(*lengths: int) -> NDArray[np.bool_]:
    return np.arange(TIMESTEPS) < np.array(lengths)[:, None]


MASKS = {"no mask": None, "padded": padded(12, 7, 9, 12), "padded much": padded(3, 7, 5, 12)}


def auc_of_pairs(on: list[float], off: list[float]) -> float:
    return sum((a > b) + 0.5 * (a == b) for a in on for b in off) / (len(on) * len(off))


def r_by_the_book(x: list[float], y: list[float]) -> float:
    if len(set(x)) == 1:
        return 0.0
    a, b = np.array(x) - math.fsum(x) / len(x), np.array(y) - math.fsum(y) / len(y)
    return math.fsum(a * b) / math.sqrt(math.fsum(a * a) * math.fsum(b * b))


def slow_score(trace: LayerTrace, signal: str, annotation: Array, unit: int) -> tuple[float, int]:
    mask = np.ones(annotation.shape, bool) if trace.mask is None else trace.mask
    values: dict[tuple[int, ...], float] = {
        p: float(trace.signals[signal][(*p, unit)]) for p in np.ndindex(*mask.shape)
    }
    places: list[tuple[int, ...]] = [p for p in values if mask[p] and np.isfinite(annotation[p])]
    if annotation.dtype == np.bool_:
        auc = auc_of_pairs(
            [values[p] for p in places if annotation[p]], [values[p] for p in places if not annotation[p]]
        )
        return max(auc, 1 - auc), 1 if auc >= 0.5 else -1
    r = r_by_the_book([values[p] for p in places], [annotation[p] for p in places])
    return abs(r), 1 if r >= 0 else -1


def slow_best(traces: list[LayerTrace], annotation: Array, order: tuple[int, ...]) -> float:
    """Return the best score of all units where sample s has the annotation of sample `order[s]`.

    For flags each value counts as the share of all timesteps read that it exceeds.
    """
    best = math.nan
    for trace in traces:
        mask = np.ones(annotation.shape, bool) if trace.mask is None else trace.mask
        for values in trace.signals.values():
            for unit in range(values.shape[2]):
                all_read = values[..., unit][mask]
                x: list[float] = []
                y: list[Any] = []
                for s, t in np.argwhere(mask):
                    if mask[order[s], t] and np.isfinite(annotation[order[s], t]):
                        x.append(values[s, t, unit])
                        y.append(annotation[order[s], t])
                if len(set(y)) < 2:
                    continue
                if annotation.dtype == np.bool_:
                    share = [float(np.mean((v > all_read) + 0.5 * (v == all_read))) for v in x]
                    on = np.mean([v for v, flag in zip(share, y, strict=True) if flag])
                    off = np.mean([v for v, flag in zip(share, y, strict=True) if not flag])
                    best = float(np.fmax(best, 0.5 + abs(on - off)))
                else:
                    best = float(np.fmax(best, abs(r_by_the_book(x, y))))
    return best


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("annotation", [flags(), numbers()], ids=["flags", "numbers"])
def test_scores_are_those_of_pairs_counted_one_by_one(annotation: Array, mask: NDArray[np.bool_] | None) -> None:
    traces = [layer("a", mask, h=coarse(1), c=coarse(2)), layer("b", None, h=coarse(3, units=2))]
    ranked = detectors(traces, annotation, count=None)
    assert len(ranked) == 2 * UNITS + 2
    by_key = {trace.key: trace for trace in traces}
    for d in ranked:
        score, sign = slow_score(by_key[d.layer], d.signal, annotation, d.unit)
        assert d.score == pytest.approx(score, rel=1e-12)
        assert d.sign == sign
        each, signs = scores(by_key[d.layer], d.signal, annotation)
        assert (each[d.unit], signs[d.unit]) == (d.score, d.sign)
        assert each.dtype == np.float64
        assert signs.dtype == np.int64
    assert np.diff([d.score for d in ranked]).max() < 1e-12
    assert detectors(traces, annotation, count=3) == ranked[:3]


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("annotation", [flags(), numbers()], ids=["flags", "numbers"])
def test_chance_is_the_best_of_all_units_over_all_permutations(
    annotation: Array, mask: NDArray[np.bool_] | None
) -> None:
    """Of 23 permutations and the actual order, 24 in all, one is within 5 %: chance is the largest of the 23."""
    traces = [layer("a", mask, h=coarse(1), c=coarse(2)), layer("b", None, h=coarse(3, units=2))]
    best = sorted(slow_best(traces, annotation, order) for order in [*permutations(range(SAMPLES))][1:])
    assert len(best) == 23
    [chance] = {d.chance for d in detectors(traces, annotation, count=None)}
    assert chance == pytest.approx(best[22], rel=1e-9)


def test_a_permutation_without_an_effect_of_its_own_is_left_out() -> None:
    """Every order that is not the actual one leaves only timesteps without the flag."""
    annotation = np.zeros((2, 4), bool)
    annotation[0, 3] = True
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], bool)
    [first, *_] = detectors([layer(mask=mask, h=coarse(0, 2, 4))], annotation)
    assert math.isnan(first.chance)


def test_a_planted_detector_is_found_beyond_chance() -> None:
    annotation = flags(3, samples=8, timesteps=60)
    random = np.random.default_rng(4)
    values = np.cumsum(random.normal(size=(8, 60, 40)), axis=1)
    values[..., 17] = 0.5 * annotation + random.normal(size=(8, 60))
    values[..., 23] = -2.0 * annotation + random.normal(size=(8, 60))
    best, *_, last = detectors([layer("l", None, cell_state=values)], annotation, count=None)
    assert (best.layer, best.signal, best.unit, best.sign) == ("l", "cell_state", 23, -1)
    assert best.score > best.chance > last.score
    numeric = detectors([layer("l", None, cell_state=values)], 3.0 - annotation)
    assert (numeric[0].unit, numeric[0].sign) == (23, 1)


@pytest.mark.parametrize("kind", ["flags", "numbers"])
def test_luck_exceeds_chance_as_rarely_as_said(kind: str) -> None:
    """Units that drift as annotations do, 200 times: 10 are expected beyond 5 %, more than 20 in 1 of 1,000 cases."""
    exceeded = 0
    for trial in range(200):
        values = np.cumsum(np.random.default_rng(trial).normal(size=(6, 20, 8)), axis=1)
        annotation: Array = flags(1000 + trial, 6, 20)
        if kind == "numbers":
            annotation = np.cumsum(np.random.default_rng(2000 + trial).normal(size=(6, 20)), axis=1)
        [best] = detectors([layer(h=values)], annotation, count=1, permutations=59, seed=trial)
        exceeded += best.score > best.chance
    assert 1 <= exceeded <= 20


def test_a_drift_that_all_samples_share_is_not_beyond_chance() -> None:
    """A unit that counts timesteps detects the second half of any sample, so it does with the annotation of another."""
    annotation = np.tile(np.arange(20) >= 10, (6, 1))
    values = np.tile(np.arange(20.0)[:, None], (6, 1, 1))
    [clock] = detectors([layer(h=values)], annotation)
    assert clock.score == clock.chance == 1.0


@pytest.mark.parametrize(("annotation", "least"), [(flags(), 0.5), (numbers(), 0.0)], ids=["flags", "numbers"])
def test_units_that_say_nothing_score_so(annotation: Array, least: float) -> None:
    values = coarse(1)
    values[..., 1] = 0.1
    values[0, 0, 2], values[1, 1, 3], values[2, 2, 4] = np.nan, np.inf, -np.inf
    ranked = detectors([layer(h=values.astype(np.float16))], annotation)
    assert [(d.unit, d.sign) for d in ranked[1:]] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert ranked[0].unit == 0
    assert [d.score for d in ranked[1:]] == [least] * 4
    assert all(math.isfinite(d.chance) for d in ranked)


def test_equal_units_keep_their_order() -> None:
    same = np.repeat(np.cumsum(np.random.default_rng(0).normal(size=(SAMPLES, TIMESTEPS, 1)), axis=1), 37, axis=2)
    for annotation in (flags(), numbers()):
        ranked = detectors([layer("b", None, h=same, c=-same), layer("a", None, h=same)], annotation, count=None)
        expected = [(key, name, k) for key, name in (("b", "h"), ("b", "c"), ("a", "h")) for k in range(37)]
        assert [(d.layer, d.signal, d.unit) for d in ranked] == expected


def test_what_cannot_be_ranked_is_left_out() -> None:
    annotation = flags()
    longer = layer("longer", None, h=coarse(1, timesteps=TIMESTEPS + 1))
    unset = layer("unset", ~annotation, h=coarse(1))
    heads = replace(layer("heads", None, h=coarse(1)), axes={"h": (None, "unit")})
    trace = replace(layer("kept", None, h=coarse(1), s=coarse(1)), axes={"s": ("query", "key")})
    assert {(d.layer, d.signal) for d in detectors([longer, unset, heads, trace], annotation)} == {("kept", "h")}
    for other, signal in ((heads, "h"), (trace, "s")):
        with pytest.raises(AnalysisError, match="must have its samples and timesteps"):
            scores(other, signal, annotation)


def test_one_sample_knows_no_chance() -> None:
    [first, *_] = detectors([layer(h=coarse(0, samples=1))], flags(samples=1))
    assert math.isnan(first.chance)
    assert first.score > 0.5


def test_it_is_the_same_every_time() -> None:
    values, annotation = coarse(5, 8, 30), flags(5, 8, 30)
    first = detectors([layer(h=values)], annotation, permutations=25)
    assert detectors([layer(h=values)], annotation, permutations=25) == first
    assert detectors([layer(h=values)], annotation, permutations=25, seed=1)[0].chance != first[0].chance


def test_float16_is_ranked_as_it_is_and_big_numbers_do_not_overflow() -> None:
    values, annotation = coarse(1), flags()
    for dtype, largest in ((np.float16, 6e4), (np.float32, 1e38), (np.float64, 1e308)):
        scaled = (values * largest).astype(dtype)
        trace = layer(h=scaled)
        for kind in (annotation, annotation * 2.5):
            expected = scores(layer(h=scaled / np.abs(scaled).max()), "h", kind)[0]
            np.testing.assert_allclose(scores(trace, "h", kind)[0], expected, rtol=2e-3)


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = MASKS["padded"]
    whole = [detectors([layer(mask=mask, h=coarse(1))], a, count=None) for a in (flags(), numbers())]
    monkeypatch.setattr("tb_rnn_plugin.analysis.detectors._BLOCK", 90)  # two units, two permutations
    for expected, annotation in zip(whole, (flags(), numbers()), strict=True):
        for d, e in zip(detectors([layer(mask=mask, h=coarse(1))], annotation, count=None), expected, strict=True):
            assert (d.layer, d.signal, d.unit, d.sign) == (e.layer, e.signal, e.unit, e.sign)
            assert d.score == pytest.approx(e.score)
            assert d.chance == pytest.approx(e.chance)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (flags()[0], r"flags or numbers by sample and timestep, got bool of the shape \[12\]"),
        (np.full((SAMPLES, TIMESTEPS), "a"), "must be flags or numbers .* got <U1"),
        (flags(timesteps=9), r"samples and timesteps .* got \[4, 9\] for \[4, 12\] of 'lstm'"),
        (np.ones((SAMPLES, TIMESTEPS), bool), "must vary .* 'lstm' read, got True at all of them"),
        (padded(12, 12, 12, 5) | ~padded(12, 12, 12, 5), "must vary"),
        (np.full((SAMPLES, TIMESTEPS), 3.0), "must vary .* got 3.0 at all of them"),
        (np.full((SAMPLES, TIMESTEPS), np.nan), "must vary .* got none that is known"),
    ],
)
def test_annotations_that_cannot_be_tracked(annotation: Array, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        detectors([layer(h=coarse(1))], annotation)
    with pytest.raises(ValueError, match=message if "for" not in message else r"got \[4, 9\]"):
        scores(layer(h=coarse(1)), "h", annotation)


def test_no_layers_and_no_such_signal() -> None:
    with pytest.raises(ValueError, match=r"got \[4, 12\] for no layers"):
        detectors([], flags())
    with pytest.raises(ValueError, match="Signals of layer 'lstm' are 'h', 'c', got 'o'"):
        scores(layer(h=coarse(1), c=coarse(1)), "o", flags())


def test_permutations_are_distinct_and_never_the_identity() -> None:
    for samples, count, expected in ((1, 200, 0), (2, 200, 1), (3, 200, 5), (4, 23, 23), (5, 118, 118), (9, 50, 50)):
        orders = [tuple(order) for order in sample_orders(samples, count, 0).tolist()]
        assert len(set(orders)) == len(orders) == expected
        assert tuple(range(samples)) not in orders
        assert all(sorted(order) == list(range(samples)) for order in orders)


@pytest.mark.parametrize(("count", "level"), [(1, 1), (18, 18), (19, 19), (23, 23), (39, 38), (199, 190), (200, 191)])
def test_the_level_is_exceeded_by_one_in_twenty(count: int, level: int) -> None:
    """Of count + 1 cases, as many as are above the level: 200 - 190 of 200."""
    best = np.random.default_rng(0).permutation(np.arange(1.0, count + 1))
    assert chance_level(np.append(best, np.nan)) == level
    assert isinstance(Detector("a", "h", 0, 1.0, chance_level(best), 1), Detector)


def test_the_least_score_is_that_of_a_unit_that_is_constant() -> None:
    for annotation in (flags(), numbers()):
        values = np.zeros((SAMPLES, TIMESTEPS, 1))
        [found] = detectors([layer(constant=values)], annotation)
        assert found.score == least_score(annotation)
    assert (least_score(flags()), least_score(numbers())) == (0.5, 0.0)


def test_a_best_score_is_held_against_what_luck_reaches() -> None:
    above = ["By chance the best of all units reaches 0.81 (95\u00a0% of permuted samples below)."]
    assert chance_sentences(0.9, 0.806, 8) == above
    assert chance_sentences(0.8, 0.806, 8) == [*above, "No unit tracks it better than chance."]
    assert len(chance_sentences(0.806, 0.806, 8)) == 2


@pytest.mark.parametrize(
    ("samples", "orders", "share", "cases"),
    [(2, "the 1 permuted order", "half", 2), (3, "all 5 permuted orders", "a sixth", 6)],
)
def test_few_samples_are_a_weak_test(samples: int, orders: str, share: str, cases: int) -> None:
    """Of n samples there are n! - 1 permutations, and luck exceeds the best of them in one of n! cases."""
    assert chance_sentences(0.9, 0.7, samples) == [
        f"By chance the best of all units reaches 0.70 (below in {orders} of the samples).",
        f"That is a weak test: of {samples} samples luck does better in {share} of all cases.",
    ]
    assert len(sample_orders(samples, 200, 0)) + 1 == cases


def test_one_sample_is_no_test() -> None:
    assert chance_sentences(0.9, math.nan, 1) == ["One sample: nothing to compare with."]


def many(timesteps: int, units: int = 40) -> tuple[LayerTrace, Array]:
    """Return a layer whose unit 7 follows a flag and whose others do not, in more places than are compared."""
    random = np.random.default_rng(0)
    flag = random.random((6, timesteps)) < 0.3
    values = random.normal(size=(6, timesteps, units))
    values[..., 7] += 2.0 * flag
    return layer(hidden_state=values.astype(np.float16)), flag


def test_of_many_places_some_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scores are those of a Mann-Whitney test over all places, within three standard errors."""
    trace, flag = many(1000)
    monkeypatch.setattr(module, "MAX_VALUES", 2500 * 40)
    assert compared_places(flag.size, 40) == 2500
    assert compared_places(flag.size, 400) == module.MIN_PLACES
    assert compared_places(900, 400) == 900
    few = {one.unit: one for one in detectors([trace], flag, count=None)}
    monkeypatch.setattr(module, "MAX_VALUES", 2**24)
    every = {one.unit: one for one in detectors([trace], flag, count=None)}
    assert max(few.values(), key=lambda one: one.score).unit == 7
    assert few[7].score == pytest.approx(every[7].score, abs=0.02)
    assert few[7].score != every[7].score
    assert few[7].chance == pytest.approx(every[7].chance, abs=0.03)


def test_the_score_of_one_signal_is_the_one_in_the_ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    trace, flag = many(1000)
    monkeypatch.setattr(module, "MAX_VALUES", 2500 * 40)
    found = {one.unit: one.score for one in detectors([trace], flag, count=None)}
    name = next(iter(trace.signals))
    of_units, _ = scores(trace, name, flag, 40)
    assert of_units[7] == pytest.approx(found[7], abs=1e-12)


def test_a_flag_that_is_too_rare_for_a_sample_is_compared_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    trace, _ = many(1000)
    rare = np.zeros((6, 1000), np.bool_)
    rare[2, 500] = True
    monkeypatch.setattr(module, "MAX_VALUES", 1)
    found = rank([trace], rare, count=None)
    assert len(found.detectors) == 40
    assert found.compared_places == rare.size
    assert rank([trace], np.random.default_rng(0).normal(size=(6, 1000)), count=1).compared_places == module.MIN_PLACES


def test_float16_is_ranked_as_float64() -> None:
    random = np.random.default_rng(0)
    half = np.round(random.normal(size=(500, 9)), 1).astype(np.float16)
    half[:20] = -np.abs(half[:20]) * 0.0
    half[30:40], half[50, 3] = 6e-8, 65504.0
    np.testing.assert_array_equal(place(half, flags=True), place(half.astype(np.float64), flags=True))
