"""Every undocumented name of Keras that the probe relies on, checked when this module is imported.

Keras may rename what it does not document, and most such names would then fail silently: a replaced attribute that
Keras no longer reads has no effect, so that a capture would change the model. Therefore the import fails, with one
sentence. The functions below the table are what the rest of the probe uses.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError


@dataclass(frozen=True)
class KerasName:
    """One name of Keras.

    Attributes:
        name: The name.
        where: Dotted path of the module, class or function in which it is.
        purpose: What it is for, as in "relies on it to …".
    """

    name: str
    where: str
    purpose: str

    def exists(self) -> bool:
        """Return whether the installed Keras has the name as an attribute of `where`."""
        return hasattr(self.owner(), self.name)

    def owner(self) -> Any:
        """Return the module, class or function at `where`, None if there is none."""
        module, *path = self.where.split(".")
        found: Any = import_module(module)
        for part in path:
            if isinstance(found, ModuleType) and not hasattr(found, part):
                try:
                    import_module(f"{found.__name__}.{part}")
                except ModuleNotFoundError:
                    return None
            found = getattr(found, part, None)
        return found


class Used(KerasName):
    """A name that the code of a function, or of a class' methods, uses: an attribute it reads or sets, or a string."""

    def exists(self) -> bool:
        """Return whether the code uses the name."""
        return any(self.name in _names(function.__code__) for function in self.functions())

    def functions(self) -> list[FunctionType]:
        """Return the function, or the methods of the class and its bases, without the decorators around them."""
        owner = self.owner()
        methods = [method for base in owner.__mro__ for method in vars(base).values()] if inspect.isclass(owner) else []
        found = [inspect.unwrap(function) for function in (methods or [owner]) if callable(function)]
        return [function for function in found if isinstance(function, FunctionType)]


class Parameter(Used):
    """A parameter of a function."""

    def exists(self) -> bool:
        """Return whether the function has the parameter."""
        return any(self.name in inspect.signature(function).parameters for function in self.functions())


def _names(code: CodeType) -> Iterator[str]:
    """Yield the attributes, globals and strings in the code of a function and of the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
        elif isinstance(constant, str):
            yield constant


_RNN, _LSTM, _GRU, _LAYER = "keras.layers.RNN", "keras.layers.LSTM", "keras.layers.GRU", "keras.layers.Layer"
_CONV_LSTM_CELL = "keras.src.layers.rnn.conv_lstm.ConvLSTMCell"
_CELLS = ("keras.layers.LSTMCell", "keras.layers.GRUCell", "keras.layers.SimpleRNNCell", _CONV_LSTM_CELL)
_NAMING, _GLOBAL_STATE = "keras.src.utils.naming", "keras.src.backend.common.global_state"

_LOOP = "capture every timestep of a layer's loop"
_UNCHANGED = "leave the model as it was"
_DROPOUT = "apply the dropout masks that the layer drew"
_OVERRIDES = "see whether a subclass computes something else than its Keras parent"
_KEYS = "number layers in keys independently of the models built before"
_LOSS = "compute the model's own loss"

NAMES: tuple[KerasName, ...] = (
    KerasName("ConvLSTMCell", _CONV_LSTM_CELL.rpartition(".")[0], "capture the gates of a ConvLSTM"),
    KerasName("_flatten_layers", _LAYER, "find the layers of a model"),
    Parameter("include_self", f"{_LAYER}._flatten_layers", "find the layers of a model"),
    Parameter("recursive", f"{_LAYER}._flatten_layers", "find the layers of a model"),
    # The loop over time.
    Used("inner_loop", f"{_RNN}.call", _LOOP),
    KerasName("inner_loop", _RNN, _LOOP),
    *(Parameter(name, f"{_RNN}.inner_loop", _LOOP) for name in ("sequences", "initial_state", "mask", "training")),
    *(Used("use_cudnn", f"{layer}.inner_loop", f"{_LOOP}, where Keras would call cuDNN") for layer in (_LSTM, _GRU)),
    Used("_call_has_training_arg", f"{_RNN}.inner_loop", "call a custom cell as Keras does"),
    Used("states", _RNN, "start stateful layers from given states"),
    KerasName("get_keras_mask", "keras.src.backend.common.masking", "read the mask of a layer's output"),
    Used("_keras_mask", "keras.src.backend.common.masking.get_keras_mask", "read the mask of a layer's output"),
    # What a call leaves behind in a layer.
    *(Used(name, _LAYER, _UNCHANGED) for name in ("_called", "_losses", "_loss_ids")),
    *(Used("_dropout_mask", f"{cell}.get_dropout_mask", _UNCHANGED) for cell in _CELLS),
    *(Used("_recurrent_dropout_mask", f"{cell}.get_recurrent_dropout_mask", _UNCHANGED) for cell in _CELLS),
    *(Parameter(name, "keras.StatelessScope.__init__", _UNCHANGED) for name in ("state_mapping", "collect_losses")),
    # The cells' computations.
    *(Used(name, _CONV_LSTM_CELL, "capture the gates of a ConvLSTM") for name in ("rank", "data_format")),
    *(Used(name, cell, "compute the gates") for cell in _CELLS for name in ("kernel", "recurrent_kernel", "bias")),
    *(Used("get_dropout_mask", f"{cell}.call", _DROPOUT) for cell in _CELLS),
    *(Used("get_recurrent_dropout_mask", f"{cell}.call", _DROPOUT) for cell in _CELLS),
    Used("_compute_carry_and_output", f"{_CELLS[0]}.call", _OVERRIDES),
    Used("_compute_carry_and_output_fused", f"{_CELLS[0]}.call", _OVERRIDES),
    Used("input_conv", f"{_CONV_LSTM_CELL}.call", _OVERRIDES),
    Used("recurrent_conv", f"{_CONV_LSTM_CELL}.call", _OVERRIDES),
    # The names of layers.
    KerasName("get_global_attribute", _GLOBAL_STATE, _KEYS),
    KerasName("to_snake_case", _NAMING, _KEYS),
    Used("object_name_uids", f"{_NAMING}.uniquify", _KEYS),
    Used("forward_", "keras.layers.Bidirectional.__init__", _KEYS),
    Used("backward_", "keras.layers.Bidirectional.__init__", _KEYS),
    # Training.
    *(Used(name, "keras.Model", _LOSS) for name in ("compiled", "_compile_loss")),
    Used("_compile_config", "keras.Model.compile", "notice that a model was compiled again"),
    Used("steps_per_execution", "keras.Model", "count the batches of a training"),
    Used(
        "_keras_call_info_injected",
        "keras.src.utils.traceback_utils.inject_argument_info_in_traceback",
        "raise its own errors unchanged",
    ),
)
if keras.backend.backend() == "tensorflow":
    NAMES += (KerasName("distribute_strategy", "keras.Model", "write the logs of a distributed training once"),)


def check() -> None:
    """Check that the installed Keras has every name.

    Raises:
        ImportError: it lacks one.
    """
    for name in NAMES:
        if not name.exists():
            raise ImportError(
                f"tb-rnn-plugin relies on {name.name!r} in {name.where} to {name.purpose}, and the installed Keras "
                f"{keras.__version__} does not have it: upgrade tb-rnn-plugin or, if it is up to date, install another "
                "version of Keras."
            )


check()

ConvLSTMCell = import_module("keras.src.layers.rnn.conv_lstm").ConvLSTMCell
"""The cell of `ConvLSTM1D`, `2D` and `3D`; Keras exports no name for it."""

to_snake_case: Callable[[str], str] = import_module(_NAMING).to_snake_case
"""Returns the stem of a layer's automatic name, from its class' name."""

mask_of: Callable[[Any], Any] = import_module("keras.src.backend.common.masking").get_keras_mask
"""Returns the mask that Keras keeps with a layer's output, or None."""

COMPUTATIONS = (
    "__call__", "call", "_compute_carry_and_output", "_compute_carry_and_output_fused", "get_dropout_mask",
    "get_recurrent_dropout_mask", "input_conv", "recurrent_conv",
)  # fmt: skip
"""Methods of a cell that compute; a subclass that overrides one has equations of its own."""

# Keras raises an error with this mark unchanged; it rewrites any other into a paragraph about the call.
ProbeError._keras_call_info_injected = True  # type: ignore[attr-defined]


def flatten_layers(layer: Any, *, include_self: bool = True, recursive: bool = True) -> list[Any]:
    """Return a layer and the layers in it, at any depth or its children only."""
    return list(layer._flatten_layers(include_self=include_self, recursive=recursive))


def takes_training(cell: Any) -> bool:
    """Return whether the call of a cell has the argument `training`."""
    return isinstance(cell, keras.Layer) and bool(cell._call_has_training_arg)


def compile_loss(model: Any) -> Any:
    """Return the loss that `compile` made, built or not; None for a model that computes its own."""
    return model._compile_loss


def compilation(model: Any) -> object:
    """Return what the last `compile` of a model made: another object after each; None before the first."""
    return getattr(model, "_compile_config", None)


def names_made(stem: str) -> int:
    """Return how many automatic names with this stem Keras has made in this process."""
    counts = import_module(_GLOBAL_STATE).get_global_attribute("object_name_uids") or {}
    return int(counts.get(stem, 0))


def attributes_in_pass(layer: Any) -> Mapping[str, Any]:
    """Return the attributes that a call of a layer changes, with the values they have during a pass."""
    # A call clears the losses of the last one, which a training loop of the user's may not have added up yet.
    attributes: dict[str, Any] = {"_called": layer._called, "_losses": [], "_loss_ids": set()}
    if hasattr(layer, "get_dropout_mask"):
        # A cell keeps the masks that it draws: it must not keep those of the pass, nor use earlier ones in the pass.
        attributes.update(_dropout_mask=None, _recurrent_dropout_mask=None)
    return attributes
