"""Describes a layer's signals for people: labels, letters, meanings, thresholds."""

from __future__ import annotations

from typing import Any

from tb_rnn_plugin.cells import Signal, find_spec
from tb_rnn_plugin.log.schema import LayerInfo, SignalInfo, gradient_state
from tb_rnn_plugin.log.statistics import saturation_thresholds


def describe_layer(layer: LayerInfo) -> dict[str, Any]:
    """Return a layer as JSON values, what is known of each of its signals included: see `describe_signal`."""
    described = layer.to_json()
    described["signals"] = [
        {**stored, **describe_signal(layer.cell, signal)}
        for stored, signal in zip(described["signals"], layer.signals, strict=True)
    ]
    return described


def describe_signal(cell: str, signal: SignalInfo) -> dict[str, Any]:
    """Return what is known of a signal, as JSON values.

    Args:
        cell: The layer's cell, as in the log.
        signal: The signal; it may be the loss' gradient by a state.

    Returns:
        `label`: its name in prose. `letter`: what equations call it; for a gradient, what they call the state.
        `meaning`: what it does, in a clause. `saturation`: the thresholds below and above which a value counts as
        saturated. `state`: the state through which a value reaches back in time, of a state or a gradient the state
        itself. Each of the last four is None where it is not known.
    """
    state = gradient_state(signal.name)
    known = _known(cell, signal.name if state is None else state)
    label, meaning = signal_label(signal.name), known.meaning if known else None
    if state is not None:
        label, meaning = f"∂L/∂{signal_label(state)}", f"the gradient of the loss by the {signal_label(state)}"
    return {
        "label": label,
        "letter": known.letter if known else None,
        "meaning": meaning,
        "saturation": None if signal.range is None else list(saturation_thresholds(signal.range)),
        "state": known.state if known else None,
    }


def signal_label(name: str) -> str:
    """Return a signal's name in prose: `"forget gate"`."""
    return name.replace("_", " ")


def _known(cell: str, signal: str) -> Signal | None:
    spec = find_spec(cell)
    return spec.signal(signal) if spec else None
