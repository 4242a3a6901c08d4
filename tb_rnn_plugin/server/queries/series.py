"""The model's inputs, targets and predictions of one sample, timestep by timestep."""

from __future__ import annotations

import contextlib

import numpy as np

from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.log.probe_file import read_probe
from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.class_scores import best_classes, pair_targets, scores_of, target_classes
from tb_rnn_plugin.server.queries.served_run import check_sample

MAX_FEATURES = 8
"""More lines cannot be told apart in one chart."""


def read_series(run: Run, sample: int, step: int) -> dict[str, Array]:
    """Answer `/series`: inputs, targets and predictions of one sample, and its class scores.

    Predictions are left out if the step's file cannot be read.

    Raises:
        LogError: there is no such sample or step, or the probe's file is damaged.
    """
    probe = read_probe(run.opened_probe())
    step_file = _open_if_readable(run, step)
    check_sample(probe, sample)
    series: dict[str, Array] = {}
    for group, batches in (("inputs", probe.inputs), ("targets", probe.targets)):
        for name, batch in batches.items():
            series |= _as_series(f"{group}/{name}", batch[sample])
    if step_file is not None:
        with contextlib.suppress(LogError, OSError):
            series |= _read_predictions(step_file, probe, sample)
    return series


def _open_if_readable(run: Run, step: int) -> ArrayFile | None:
    """Open the file of one step, or return None if it cannot be read.

    Raises:
        NotInLogError: there is no such step.
    """
    try:
        return run.opened(step)
    except NotInLogError:
        raise
    except (LogError, OSError):
        return None


def _read_predictions(file: ArrayFile, probe: ProbeBatch, sample: int) -> dict[str, Array]:
    shapes = {
        name.removeprefix("predictions/"): block.shape
        for name, block in file.blocks.items()
        if name.startswith("predictions/")
    }
    targets = pair_targets(list(shapes), list(probe.targets))
    series: dict[str, Array] = {}
    for name, shape in shapes.items():
        if len(shape) not in (2, 3) or shape[0] != len(probe.sample_names):
            continue
        row = file.read(f"predictions/{name}", sample)
        series |= _as_series(f"predictions/{name}", row)
        if row.ndim == 2 and row.shape[1] > 1:
            target = probe.targets[targets[name]] if name in targets else None
            series |= {f"{kind}/{name}": values for kind, values in _of_classes(row, target, sample).items()}
    return series


def _as_series(name: str, row: Array) -> dict[str, Array]:
    """Return one sample of an array as `[time, feature]` of float32 under its name; nothing if it is no such series."""
    if row.dtype.kind not in "biuf" or row.ndim not in (1, 2):
        return {}
    features = row[:, np.newaxis] if row.ndim == 1 else row
    return {name: _as_float32(features)} if features.shape[1] <= MAX_FEATURES else {}


def _of_classes(row: Array, target: Array | None, sample: int) -> dict[str, Array]:
    """Return the best class and the target's class, with their scores.

    Args:
        row: `[time, class]`, one sample of a prediction.
        target: The whole batch of its target, or None.
        sample: The sample's index.
    """
    scores = _as_float32(row)
    best = best_classes(scores)
    found = {"best": best, "best_score": scores_of(scores, best)}
    classes = None if target is None else target_classes(target, scores.shape[1])
    if classes is not None and classes.shape[1] == len(scores):
        found |= {"target_class": classes[sample], "target_score": scores_of(scores, classes[sample])}
    return found


def _as_float32(values: Array) -> Array:
    with np.errstate(over="ignore"):
        return values.astype(np.float32)
