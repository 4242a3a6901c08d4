"""Class scores: the best class at each timestep, and the target's class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_rnn_plugin.log.schema import Array

NO_CLASS = -1


def best_classes(scores: Array) -> Array:
    """Return the class with the highest score, `[time]` of int32: the first of equal ones, `NO_CLASS` if all are NaN.

    Args:
        scores: `[time, class]` of floats.
    """
    unknown = np.isnan(scores)
    best = np.where(unknown, -np.inf, scores).argmax(axis=1)
    return np.where(unknown.all(axis=1), NO_CLASS, best).astype(np.int32)


def target_classes(target: Array, classes: int) -> Array | None:
    """Return the classes that a target names, `[sample, time]` of int32, or None if it names no classes.

    A target names classes by index, as integers `[sample, time]` or `[sample, time, 1]`, or one-hot, as `[sample, time,
    class]`. An index out of range and an empty one-hot row, as in padding, give `NO_CLASS`.

    Args:
        target: A target, samples first.
        classes: The number of classes.
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
    """Return the score of the chosen class at each timestep, `[time]`, NaN for `NO_CLASS`.

    Args:
        scores: `[time, class]` of floats.
        chosen: `[time]`, class indices.
    """
    picked: Array = scores[np.arange(len(scores)), chosen]
    return np.where(chosen == NO_CLASS, np.nan, picked).astype(scores.dtype)


def pair_targets(predictions: Sequence[str], targets: Sequence[str]) -> dict[str, str]:
    """Return the name of the target of each prediction that has one.

    A prediction belongs to the target of the same name. If no names agree and there are equally many predictions and
    targets, they are paired in order.
    """
    shared = {name: name for name in predictions if name in targets}
    if shared or len(predictions) != len(targets):
        return shared
    return dict(zip(predictions, targets, strict=True))


def _known(is_class: Array, indices: Array) -> Array:
    # `np.where` refuses to mix NO_CLASS with unsigned indices.
    classes = np.full(indices.shape, NO_CLASS, np.int32)
    classes[is_class] = indices[is_class]
    return classes
