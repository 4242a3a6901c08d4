"""What chance does: samples exchanged, and the score that the best of many reaches then."""

from __future__ import annotations

import math
from itertools import islice, permutations

import numpy as np
from numpy.typing import NDArray

_ONE_IN = 20
"""How often luck alone may exceed what counts as chance: in 5 % of all cases."""


def sample_orders(samples: int, count: int, seed: int) -> NDArray[np.int64]:
    """Return distinct permutations of the samples, `[permutation, sample]`, never the identity.

    All that there are where these are at most `count`, else `count` drawn ones: the same for the same seed.
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

    That is the k-th smallest of n, with `k = ceil(0.95 (n + 1))`: the actual score counts as one of them (Phipson &
    Smyth 2010, "Permutation p-values should never be zero"). It is the largest where n is less than 19, and exceeded in
    one of n + 1 cases then.

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
