"""Permutation tests: the samples exchanged, and the best score that is reached by chance."""

from __future__ import annotations

import math
from itertools import islice, permutations

import numpy as np
from numpy.typing import NDArray

_ONE_IN = 20
"""Chance is exceeded by luck alone in one of this many cases: in 5 %."""

_FEW_SAMPLES = {2: ("the 1 permuted order", "half"), 3: ("all 5 permuted orders", "a sixth")}
"""By the number of samples, where luck exceeds the best of all permutations in more than 5 % of all cases: what the
permutations are called, and the part of all cases."""


def sample_orders(samples: int, count: int, seed: int) -> NDArray[np.int64]:
    """Return distinct permutations of the samples, `[permutation, sample]`, never the identity.

    All permutations where there are at most `count`, else `count` drawn ones: the same for the same seed.
    """
    if count >= math.factorial(samples) - 1:
        orders = list(islice(permutations(range(samples)), 1, None))
    else:
        random, identity = np.random.default_rng(seed), tuple(range(samples))
        drawn: dict[tuple[int, ...], None] = {}
        while len(drawn) < count:
            order = tuple(random.permutation(samples).tolist())
            if order != identity:
                drawn[order] = None
        orders = list(drawn)
    return np.array(orders, np.int64).reshape(len(orders), samples)


def chance_level(best: NDArray[np.float64]) -> float:
    """Return the value that another of the same kind exceeds by chance in at most 5 % of all cases.

    This is the k-th smallest of n, with `k = ceil(0.95 (n + 1))`: the actual score is counted, too (Phipson &
    Smyth 2010, "Permutation p-values should never be zero"). If n is less than 19 it is the largest, which is exceeded
    in one of n + 1 cases.

    Args:
        best: `[permutation]`, the best score in each; NaN where there is none.

    Returns:
        The level; NaN if there is no permutation.
    """
    ordered = np.sort(best[~np.isnan(best)])
    if not len(ordered):
        return math.nan
    cases = len(ordered) + 1
    return float(ordered[min(cases - cases // _ONE_IN, len(ordered)) - 1])


def chance_sentences(best: float, chance: float, samples: int) -> list[str]:
    """Return sentences on what a ranking is worth.

    Args:
        best: The best score.
        chance: The score that the best of all units reaches by chance; NaN if there is no permutation.
        samples: How many samples the batch has.
    """
    if math.isnan(chance):
        return ["One sample: nothing to compare with."]
    orders, share = _FEW_SAMPLES.get(samples, (None, None))
    below = f"below in {orders} of the samples" if orders else "95\N{NO-BREAK SPACE}% of permuted samples below"
    sentences = [f"By chance the best of all units reaches {chance:.2f} ({below})."]
    if share:
        sentences.append(f"That is a weak test: of {samples} samples luck does better in {share} of all cases.")
    if best <= chance:
        sentences.append("No unit tracks it better than chance.")
    return sentences
