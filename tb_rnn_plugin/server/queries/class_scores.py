"""Scores of classes: the best one at each timestep, and the one that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_rnn_plugin.log.schema import Array

NO_CLASS = -1


def best_classes(scores: Array) -> Array:
    """Return the class of the highest score, `[time]` of int32; of equals the first, `NO_CLASS` where all are NaN.

    Args:
        scores: `[time, class]` of floats.
    """
    unknown = np.isnan(scores)
    best = np.where(unknown, -np.inf, scores).argmax(axis=1)
    return np.where(unknown.all(axis=1), NO_CLASS, best).astype(np.int32)


def target_classes(target: Array, classes: int) -> Array | None:
    """Return the classes that a target asks for, `[sample, time]` of int32, or None if it holds none.

    It does as indices, integers `[sample, time]` or `[sample, time, 1]`, or one-hot, `[sample, time, class]`. Where
    an index is no class, or a one-hot row is empty as padding is, that is `NO_CLASS`.

    Args:
        target: A target, samples first.
        classes: How many there are.
    """
    if target.dtype.kind in "iu" and (target.ndim == 2 or target.shape[2:] == (1,)):
        indices = target.reshape(target.shape[:2])
        return _known((indices >= 0) & (indices < classes), indices)
    if target.dtype.kind in "biuf" and target.ndim == 3 and target.shape[2] == classes:
        hot = target == 1
        if (hot | (target == 0)).all() and (hot.sum(axis=2) <= 1).all():
            return _known(hot.any(axis=2), hot.argmax(axis=2))
    return None


def scores_of(scores: Array, chosen: Array) -> Array:
    """Return the score of one class at each timestep, `[time]`, NaN where there is `NO_CLASS`.

    Args:
        scores: `[time, class]` of floats.
        chosen: `[time]`, indices of classes.
    """
    picked: Array = scores[np.arange(len(scores)), chosen]
    return np.where(chosen == NO_CLASS, np.nan, picked).astype(scores.dtype)


def pair_targets(predictions: Sequence[str], targets: Sequence[str]) -> dict[str, str]:
    """Return the target of each prediction that has one.

    That is the one of its name, or, where no names agree and there are as many of each, the one in its place.
    """
    shared = {name: name for name in predictions if name in targets}
    if shared or len(predictions) != len(targets):
        return shared
    return dict(zip(predictions, targets, strict=True))


def _known(is_class: Array, indices: Array) -> Array:
    # `np.where` refuses NO_CLASS beside unsigned indices.
    classes = np.full(indices.shape, NO_CLASS, np.int32)
    classes[is_class] = indices[is_class]
    return classes
