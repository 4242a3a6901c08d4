"""A microscope for recurrent networks inside TensorBoard.

Add `RNNTimeline` to `model.fit`, open TensorBoard's RNN Timeline tab, and see every gate and state of every unit
at every timestep of a fixed probe batch, at every epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tb_rnn_plugin.analysis import split_kernel
    from tb_rnn_plugin.callback import RNNTimeline
    from tb_rnn_plugin.probe import Probe, capture, record, weights
    from tb_rnn_plugin.run import open_run

__version__ = "0.1.0"
__all__ = ["Probe", "RNNTimeline", "capture", "open_run", "record", "split_kernel", "weights"]

_HOMES = {
    "Probe": "tb_rnn_plugin.probe",
    "RNNTimeline": "tb_rnn_plugin.callback",
    "capture": "tb_rnn_plugin.probe",
    "open_run": "tb_rnn_plugin.run",
    "record": "tb_rnn_plugin.probe",
    "split_kernel": "tb_rnn_plugin.analysis",
    "weights": "tb_rnn_plugin.probe",
}


def __getattr__(name: str) -> Any:
    """Resolve the public names on first use: TensorBoard imports this package and must not import Keras with it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
