"""A layer's signals: their values, and for people their labels, letters, meanings and thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.cells import Signal, find_spec
from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace, SignalInfo, gradient_state
from tb_rnn_plugin.log.statistics import saturation_thresholds


@dataclass(frozen=True, kw_only=True)
class SignalMeaning:
    """What a signal is in the equations of its cell.

    Attributes:
        label: Its name as a phrase: "forget gate"; "∂L/∂cell state" for a gradient.
        letter: Its letter in the equations, `"f"`; for a gradient, the letter of the state; None if not known.
        meaning: What it does, in one short clause; None if not known.
        saturation: The thresholds below and above which a value counts as saturated; None without a range.
        state: The state through which a value of this signal reaches back in time: itself for a state, the state that
            it makes for a gate, the state for a gradient; None for a cell whose equations are not known.
        gradient_of: The state that it is the loss' gradient by; None for any other signal.
    """

    label: str
    letter: str | None
    meaning: str | None
    saturation: Interval | None
    state: str | None
    gradient_of: str | None


def describe_signal(cell: str, signal: SignalInfo) -> SignalMeaning:
    """Return what is known of a signal.

    Args:
        cell: The layer's cell, as in the log.
        signal: The signal; it may be the loss' gradient by a state.
    """
    state = gradient_state(signal.name)
    known = _known(cell, signal.name if state is None else state)
    label, meaning = signal_label(signal.name), known.meaning if known else None
    if state is not None:
        label, meaning = f"∂L/∂{signal_label(state)}", f"the gradient of the loss by the {signal_label(state)}"
    return SignalMeaning(
        label=label,
        letter=known.letter if known else None,
        meaning=meaning,
        saturation=None if signal.range is None else saturation_thresholds(signal.range),
        state=known.state if known else None,
        gradient_of=state,
    )


def signal_label(name: str) -> str:
    """Return a signal's name in prose: `"forget gate"`."""
    return name.replace("_", " ")


def _known(cell: str, signal: str) -> Signal | None:
    spec = find_spec(cell)
    return spec.signal(signal) if spec else None


def values_of(trace: LayerTrace, signal: str) -> Array:
    """Return a signal of a layer, `[sample, time, unit]`.

    Raises:
        AnalysisError: the layer has no such signal.
    """
    if signal not in trace.signals:
        raise AnalysisError(
            f"Signals of layer {trace.key!r} are {', '.join(map(repr, trace.signals))}, got {signal!r}."
        )
    return trace.signals[signal]
