"""One signal at every step: one of its units, the change of each unit, and its statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tb_rnn_plugin.analysis.scales import reaches, typical_range
from tb_rnn_plugin.log.errors import LogError, NotInLogError, UnreadableFileError
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.step_file import check_signal, find_layer, mask_array
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tb_rnn_plugin.server.queries.step_history import no_step, step_arrays


def read_evolution(run: Run, layer: str, sample: int, signal: str, unit: int) -> dict[str, Array]:
    """Answer `/evolution`: one unit of one signal at every step.

    Args:
        run: The run. A step is left out if it cannot be read, or if the layer's shape differs from its shape at the
            last readable step.
        layer: The layer's key.
        sample: The sample's index.
        signal: The signal.
        unit: The unit's index.

    Raises:
        LogError: there is no such layer, sample, signal or unit, or no step can be read.
    """
    kept: list[int] = []
    columns: list[Array] = []
    unreadable: list[int] = []
    masks: list[Array | None] = []
    for step, values, mask in _newest_first(run, layer, sample, signal, unreadable):
        if unit >= values.shape[1]:
            raise NotInLogError(f"Units of signal {signal!r} are 0 to {values.shape[1] - 1}, got {unit}.")
        kept.append(step)
        columns.append(values[:, unit].copy())  # A view would keep the whole trace in memory.
        masks.append(mask)
    values = np.stack(columns[::-1], axis=1)
    answer = {**step_arrays(kept[::-1], unreadable[::-1]), "values": values, **_ranges(values)}
    if all(mask is None for mask in masks):
        return answer
    # A mask may change in training: a layer that computes it has weights, and one without a mask read everything.
    whole = np.ones(len(values), np.bool_)
    return {**answer, "mask": np.stack([whole if mask is None else mask for mask in masks[::-1]], axis=1)}


def _ranges(values: Array) -> dict[str, Array]:
    """Return the `extremes` of an evolution and its `typical` range; nothing if no value is finite."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return {}
    extremes = float(finite.min()), float(finite.max())
    typical = typical_range(reaches(values), extremes)
    return {"extremes": np.array(extremes), "typical": np.array(typical)}


def read_change(run: Run, layer: str, sample: int, signal: str) -> dict[str, Array]:
    """Answer `/change`: how much each unit of one signal changed from each step to the next.

    Args:
        run: As in `read_evolution`.
        layer: The layer's key.
        sample: The sample's index.
        signal: The signal.

    Raises:
        LogError: there is no such layer, sample or signal, or no step can be read.
    """
    unreadable: list[int] = []
    traces = _newest_first(run, layer, sample, signal, unreadable)
    last, values, _ = next(traces)
    kept, changes, later = [last], [], _widened(values)
    for step, values, _ in traces:
        earlier = _widened(values)
        kept.append(step)
        changes.append(mean_change(earlier, later))
        later = earlier
    changes.append(np.full(later.shape[1], np.nan, np.float32))
    return {**step_arrays(kept[::-1], unreadable[::-1]), "change": np.stack(changes[::-1])}


def mean_change(before: Array, after: Array) -> Array:
    """Return the mean absolute difference of each unit's values over time, `[unit]` of float32.

    Timesteps at which either value is NaN (such as padding) or infinite do not count; NaN if none counts.

    Args:
        before: `[time, unit]` at one step.
        after: The same at a later one.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(after - before)
        finite = np.isfinite(apart)
        total = np.where(finite, apart, 0).sum(axis=0, dtype=np.float64)
        mean: Array = (total / finite.sum(axis=0)).astype(np.float32)
    return mean


def read_summary(run: ServedRun, layer: str, signal: str) -> dict[str, Array]:
    """Answer `/summary`: the statistics of one signal at every step, from the event files.

    Raises:
        LogError: there is no such summary, or it cannot be read.
    """
    data = run.events.summaries(layer, signal)
    if not data:
        raise NotInLogError(f"Run {run.name!r} has no summary of signal {signal!r} of layer {layer!r}.")
    return stack_summaries(data)


def stack_summaries(data: Sequence[tuple[int, Array]]) -> dict[str, Array]:
    """Return the events of one tag, sorted by step; if a step was written twice, the later event.

    Args:
        data: Step and `[time, statistic]`, in the order of the events.

    Raises:
        UnreadableFileError: none of the events is a summary.
    """
    by_step = {step: values for step, values in data if values.dtype.kind in "biuf" and values.ndim == 2}
    if not by_step:
        raise UnreadableFileError("The event files hold no summaries under this tag, but something else.")
    steps = sorted(by_step)
    # If the shape changed, training went on with another probe; the last one counts.
    shape = by_step[steps[-1]].shape
    steps = [step for step in steps if by_step[step].shape == shape]
    return {
        "steps": np.array(steps, np.int64),
        "summary": np.stack([by_step[step] for step in steps]).astype(np.float32),
    }


def _newest_first(
    run: Run, layer: str, sample: int, signal: str, unreadable: list[int]
) -> Iterator[tuple[int, Array, Array | None]]:
    """Yield step, values `[time, unit]` and mask `[time]` of a signal, from the last readable step backwards.

    Steps whose files are damaged are added to `unreadable`.

    Raises:
        LogError: the last readable step has no such layer, signal or sample, or no step can be read.
    """
    array, mask = "", mask_array(layer)
    shape: tuple[int, ...] = ()
    for step in reversed(run.steps):
        try:
            file = run.opened(step)
        except NotInLogError:
            continue  # Deleted since the steps were listed.
        except (LogError, OSError):
            unreadable.append(step)
            continue
        try:
            array = array or check_signal(find_layer(file, layer), signal)
            values = file.read(array, sample)
            # Each step has its own mask, or none: a layer may compute it from weights.
            padding = file.read(mask, sample) if mask in file.blocks else None
            if padding is not None and (padding.dtype != np.bool_ or padding.shape != values.shape[:1]):
                raise UnreadableFileError(f"{file.path} is damaged: a mask of another shape.")
        except NotInLogError:
            if not shape:
                raise
            continue
        except (LogError, OSError):
            unreadable.append(step)
            continue
        shape = shape or values.shape
        if values.shape == shape:
            yield step, values, padding
    if not shape:
        raise no_step()


def _widened(values: Array) -> Array:
    """Return the values in the smallest, and so fastest, dtype that holds the difference of any two of them."""
    return values.astype(np.float32 if values.dtype == np.float16 else np.float64)
