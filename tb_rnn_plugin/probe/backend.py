"""Imports Keras, in this one place, and loads the backend that it runs on, or says what to install."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tb_rnn_plugin.probe import backends
from tb_rnn_plugin.probe.backends.base import Backend

_SUPPORTED = [module.name for module in iter_modules(backends.__path__) if module.name != "base"]

try:
    import keras
except ModuleNotFoundError as error:
    missing = str(error.name).partition(".")[0]
    if missing in ("keras", *_SUPPORTED):
        raise ImportError(
            f"Capturing a network needs Keras on TensorFlow, and {missing!r} is not installed: `pip install "
            "tb-rnn-plugin[tensorflow]`, or any build of TensorFlow you prefer. (Looking at logs needs none.)"
        ) from error
    raise ImportError(
        f"Keras cannot be imported, because {missing!r} is not installed: install it, or set the environment "
        "variable KERAS_BACKEND=tensorflow."
    ) from error


def _load(name: str) -> Backend:
    """Return the backend that Keras calls `name`.

    Raises:
        ImportError: the probe does not support it.
    """
    if name not in _SUPPORTED:
        supported = " or ".join(_SUPPORTED)
        raise ImportError(
            f"tb-rnn-plugin captures networks on Keras' backend {supported}, and Keras runs on {name!r}: set the "
            f"environment variable KERAS_BACKEND to {supported}."
        )
    loaded: Backend = import_module(f"{backends.__name__}.{name}").BACKEND
    return loaded


backend = _load(keras.backend.backend())

__all__ = ["backend", "keras"]
