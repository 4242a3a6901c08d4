"""The records of a run: the probe fills them, the log stores them, the server serves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Finite: TypeAlias = Annotated[float, "finite"]
"""A float that is never NaN or infinite; any other float may be null in JSON."""

Interval: TypeAlias = tuple[Finite, Finite]
Axes: TypeAlias = tuple[str | None, str]
"""What the second and third axis of a signal are.

The second is `"time"`, the timesteps of a recurrent layer; `"query"` of attention; `"none"` where there is none and a
single timestep stands for it; None where it is not known. The third is `"unit"`, or `"key"` or `"head·key"`, of scores.
"""

OVER_TIME: Axes = ("time", "unit")
"""The axes of all signals of a recurrent layer."""


def is_over_time(axes: Axes) -> bool:
    """Return whether a signal's second axis is known to be time."""
    return axes[0] == OVER_TIME[0]


@dataclass(frozen=True)
class LayerTrace:
    """Everything captured of one layer for the probe batch at one step.

    Attributes:
        key: The chain of layer names from the model down, `"encoder/lstm"`.
        cell: `"LSTM"`, `"GRU"`, `"SimpleRNN"`, or the class name of another cell or of a layer that is not recurrent.
        signals: Each `[sample, time, unit]`, NaN where masked. The time axis is the input's.
        ranges: Per signal, the range of its activation function, or None if that is unbounded.
        inputs: `[sample, time, feature]`, the layer's input; None for a layer that is not recurrent.
        initial_states: Per state, `[sample, unit]`; `[sample, sequence, unit]` if the time axis concatenates several
            sequences of equal length, each with its own initial state.
        mask: `[sample, time]` of bool, False where padded; None if the layer received no mask.
        weights: The cell's variables by name.
        config: The settings that its equations depend on, as JSON values: `activation`, `recurrent_activation`,
            `reset_after`, `go_backwards`, `dropout` (whether any was applied); and `return_sequences`, as given to the
            layer.
        gradients: Per state, the gradient of the model's loss with respect to it, `[sample, time, unit]`, NaN where
            masked; empty if none was captured.
        row_samples: Whose the rows on the sample axis are, see `log.rows`: for each the index of its sample in the
            probe, None where it is not known. None as a whole: row i is sample i.
        reads: The keys of the captured layers whose output it provably reads, see `analysis.feeds`; None if the log
            does not say.
        axes: Per signal, its axes if they are not `OVER_TIME`.
        fingerprint: A hash of the layer's variables, see `log.fingerprint`; None if it was not taken.
    """

    key: str
    cell: str
    signals: Mapping[str, Array]
    ranges: Mapping[str, Interval | None]
    inputs: Array | None
    initial_states: Mapping[str, Array]
    mask: Array | None = None
    weights: Mapping[str, Array] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    gradients: Mapping[str, Array] = field(default_factory=dict)
    row_samples: Sequence[int | None] | None = None
    reads: tuple[str, ...] | None = None
    axes: Mapping[str, Axes] = field(default_factory=dict)
    fingerprint: str | None = None


@dataclass(frozen=True)
class ProbeBatch:
    """The fixed batch that the model is called with at every captured step.

    Attributes:
        inputs: The model's inputs by name, each with samples on the first axis.
        targets: The targets by name, samples on the first axis; empty if none were passed.
        tokens: Per sample, one string per timestep; None if none were passed.
        annotations: By name, `[sample, time]`; bool for flags.
        sample_names: One per sample.
    """

    inputs: Mapping[str, Array]
    sample_names: Sequence[str]
    targets: Mapping[str, Array] = field(default_factory=dict)
    tokens: Sequence[Sequence[str]] | None = None
    annotations: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class SignalInfo:
    """One signal of one layer.

    Attributes:
        name: `"forget_gate"`, `"cell_state"`, …; `"gradient:cell_state"` for the loss' gradient with respect to it.
        range: The range of its activation function, or None if that is unbounded.
        extremes: Smallest and largest finite value over all steps up to the one described, or None.
        units: The number of units; the states of a custom cell may have different ones.
        axes: What its second and third axis are.
    """

    name: str
    range: Interval | None
    extremes: Interval | None
    units: int
    axes: Axes = OVER_TIME


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a run: shapes and names, no values.

    Attributes:
        units: The largest number of units of any of its signals.
        config: As in `LayerTrace`.
        row_samples: As in `LayerTrace`; of a log that does not say it, None.
        reads: As in `LayerTrace`.
        fingerprint: As in `LayerTrace`.
    """

    key: str
    cell: str
    units: int
    timesteps: int
    masked: bool
    signals: tuple[SignalInfo, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    row_samples: Sequence[int | None] | None = None
    reads: tuple[str, ...] | None = None
    fingerprint: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the layer as JSON values, as stored in trace files and sent over HTTP."""
        signals = [
            {"name": s.name, "range": s.range, "extremes": s.extremes, "units": s.units, "axes": list(s.axes)}
            for s in self.signals
        ]
        known = {
            "row_samples": self.row_samples and list(self.row_samples),
            "reads": None if self.reads is None else list(self.reads),
            "fingerprint": self.fingerprint,
        }
        return {
            "key": self.key,
            "cell": self.cell,
            "units": self.units,
            "timesteps": self.timesteps,
            "masked": self.masked,
            "signals": signals,
            "config": dict(self.config),
            **{name: value for name, value in known.items() if value is not None},
        }

    def widened(self, earlier: LayerInfo | None) -> LayerInfo:
        """Return this layer with its extremes widened by those of an earlier step, if there is one."""
        if earlier is None:
            return self
        known = {signal.name: signal.extremes for signal in earlier.signals}
        signals = tuple(replace(s, extremes=_union(s.extremes, known.get(s.name))) for s in self.signals)
        return replace(self, signals=signals)


_GRADIENT = "gradient:"


def gradient_signal(state: str) -> str:
    """Return the signal name of the gradient of the loss with respect to a state."""
    return _GRADIENT + state


def gradient_state(signal: str) -> str | None:
    """Return the state of a gradient's signal name, or None if the signal is not a gradient."""
    return signal.removeprefix(_GRADIENT) if signal.startswith(_GRADIENT) else None


def logged_signals(trace: LayerTrace) -> dict[str, Array]:
    """Return the arrays of a layer that a log stores by signal name: the cell's signals, then the gradients."""
    return {**trace.signals, **{gradient_signal(state): values for state, values in trace.gradients.items()}}


def describe(trace: LayerTrace) -> LayerInfo:
    """Return the shapes, names and extremes of one layer's trace."""
    signals = tuple(
        SignalInfo(name, trace.ranges.get(name), _extremes(a), a.shape[2], trace.axes.get(name, OVER_TIME))
        for name, a in logged_signals(trace).items()
    )
    timesteps = next(iter(trace.signals.values())).shape[1]
    units = max(signal.units for signal in signals)
    masked = trace.mask is not None
    return LayerInfo(
        trace.key,
        trace.cell,
        units,
        timesteps,
        masked,
        signals,
        trace.config,
        row_samples=trace.row_samples,
        reads=trace.reads,
        fingerprint=trace.fingerprint,
    )


def _extremes(values: Array) -> Interval | None:
    low, high = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = values[np.isfinite(values)]
        if not finite.size:
            return None
        low, high = finite.min(), finite.max()
    return float(low), float(high)


def _union(a: Interval | None, b: Interval | None) -> Interval | None:
    if a is None or b is None:
        return a or b
    return min(a[0], b[0]), max(a[1], b[1])
