"""Names the arrays of a step's file, and reads layers back from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tb_rnn_plugin.log import layout, parsing
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError, UnreadableFileError
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, gradient_state, logged_signals


def signal_array(layer: str, signal: str) -> str:
    """Return the name of a signal's array, `[sample, time, unit]`."""
    return f"signals/{layer}/{signal}"


def mask_array(layer: str) -> str:
    """Return the name of a layer's mask, `[sample, time]` of bool."""
    return f"masks/{layer}"


def step_arrays(layers: Sequence[LayerTrace], predictions: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """Yield the name and values of every array of a step's file."""
    for layer in layers:
        for name, values in logged_signals(layer).items():
            yield signal_array(layer.key, name), values
        if layer.inputs is not None:
            yield f"inputs/{layer.key}", layer.inputs
        for name, values in layer.initial_states.items():
            yield f"initial_states/{layer.key}/{name}", values
        if layer.mask is not None:
            yield mask_array(layer.key), layer.mask
        for name, values in layer.weights.items():
            yield f"weights/{layer.key}/{name}", values
    for name, values in predictions.items():
        yield f"predictions/{name}", values


def stored_arrays(
    layers: Sequence[LayerTrace], predictions: Mapping[str, Array], dtype: np.dtype[Any]
) -> dict[str, Array]:
    """Return every array of a step's file by name.

    Args:
        layers: The trace of each layer.
        predictions: The model's outputs by name, each with samples on the first axis.
        dtype: The dtype that floating-point values are stored in. An array with a value too large for float16 is stored
            as float32.
    """
    return {name: _narrow(name, array, dtype) for name, array in step_arrays(layers, predictions)}


def step_document(step: int, layers: Sequence[LayerInfo]) -> dict[str, Any]:
    """Return the JSON document of a step's file."""
    return {"kind": "step", "step": step, "layers": [layer.to_json() for layer in layers]}


def _narrow(name: str, array: Array, dtype: np.dtype[Any]) -> Array:
    if gradient_state(name.rpartition("/")[2]) is not None:
        # Gradients span many orders of magnitude, and the smallest positive float16 is 6e-8.
        return array.astype(np.float32, copy=False)
    if array.dtype.kind != "f" or array.dtype.itemsize <= dtype.itemsize:
        return array
    with np.errstate(over="ignore"):
        narrow = array.astype(dtype, order="C")
    overflows = dtype == np.float16 and np.isinf(narrow).sum() != np.isinf(array).sum()
    return array.astype(np.float32) if overflows else narrow


def read_layers(file: ArrayFile) -> dict[str, LayerInfo]:
    """Return the layers of a step's file by key, in the model's order.

    Raises:
        UnreadableFileError: the file does not describe its layers, or their arrays have other shapes than described.
    """
    try:
        layers = [parsing.layer(value) for value in file.field("layers")]
        for layer in layers:
            _check_arrays(file, layer)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableFileError(
            f"{file.path} is damaged: its layers are not described correctly ({error!r:.200})."
        ) from error
    return {layer.key: layer for layer in layers}


def _check_arrays(file: ArrayFile, layer: LayerInfo) -> None:
    """Raise a KeyError or ValueError unless a layer's arrays have the described shapes."""
    blocks = file.blocks
    samples = blocks[signal_array(layer.key, layer.signals[0].name)].shape[:1]
    whole_batch = (*samples, layer.timesteps)
    for i, signal in enumerate(layer.signals):
        shape = blocks[signal_array(layer.key, signal.name)].shape
        # The first signal has the layer's time axis; further outputs of a layer that is not recurrent may have another.
        fits = shape[:1] == samples if i else shape[:2] == whole_batch
        if len(shape) != 3 or shape[2] != signal.units or 0 in shape or not fits:
            raise ValueError(f"signal {signal.name!r:.40} has a different shape")
    mask, inputs = blocks.get(mask_array(layer.key)), blocks.get(f"inputs/{layer.key}")
    if layer.masked != (mask is not None) or (mask and (mask.shape, mask.dtype.str) != (whole_batch, "|b1")):
        raise ValueError("a different mask")
    if inputs and (len(inputs.shape) != 3 or inputs.shape[:2] != whole_batch):
        raise ValueError("inputs of a different shape")
    units = {signal.name: (signal.units,) for signal in layer.signals}
    group = f"initial_states/{layer.key}/"
    for name in file.members(group):
        shape = blocks[group + name].shape
        if len(shape) not in (2, 3) or shape[:1] != samples or shape[-1:] != units.get(name, shape[-1:]):
            raise ValueError("initial states of a different shape")
    if layer.row_samples is not None and len(layer.row_samples) != samples[0]:
        raise ValueError("samples of another number of rows")


def find_layer(file: ArrayFile, key: str) -> LayerInfo:
    """Return one layer of a step's file.

    Raises:
        NotInLogError: the file has no such layer.
    """
    layers = read_layers(file)
    if key not in layers:
        raise NotInLogError(f"Layers of this run are {', '.join(map(repr, layers))}, got {key!r}.")
    return layers[key]


def row_count(file: ArrayFile, layer: LayerInfo) -> int:
    """Return the number of rows of a layer's arrays: the probe's samples, unless the model reshapes its batch."""
    return file.blocks[signal_array(layer.key, layer.signals[0].name)].shape[0]


def check_signal(layer: LayerInfo, signal: str) -> str:
    """Return the name of the signal's array.

    Raises:
        NotInLogError: the layer has no such signal.
    """
    names = [known.name for known in layer.signals]
    if signal not in names:
        raise NotInLogError(f"Signals of layer {layer.key!r} are {', '.join(map(repr, names))}, got {signal!r}.")
    return signal_array(layer.key, signal)


def read_weights(file: ArrayFile, key: str) -> dict[str, Array]:
    """Return the variables of a layer's cell by name; empty if they were not stored."""
    return {name: file.read(f"weights/{key}/{name}") for name in file.members(f"weights/{key}/")}


def read_layer(file: ArrayFile, key: str, sample: int | None = None) -> LayerTrace:
    """Return the trace of a layer, weights included, for all its rows or only for one, `sample`.

    Only the arrays of this layer and row are read.

    Raises:
        NotInLogError: the file has no such layer or sample.
    """
    return _read(file, find_layer(file, key), sample)


def read_all(file: ArrayFile) -> list[LayerTrace]:
    """Return the traces of all layers of a step's file, weights included, in the model's order."""
    return [_read(file, layer) for layer in read_layers(file).values()]


def read_part(file: ArrayFile, layer: LayerInfo, signal: str | None) -> LayerTrace:
    """Return one layer with one of its signals, or with its weights and no signal, and its mask.

    Args:
        file: A step's file.
        layer: The layer, from `read_layers`.
        signal: The signal; None for the weights.
    """
    key = layer.key
    return replace(
        _without_arrays(layer),
        signals={} if signal is None else {signal: file.read(signal_array(key, signal))},
        mask=file.read(mask_array(key)) if layer.masked else None,
        weights=read_weights(file, key) if signal is None else {},
    )


def _without_arrays(layer: LayerInfo) -> LayerTrace:
    """Return the trace of a layer with all that its description says, and no array."""
    return LayerTrace(
        key=layer.key,
        cell=layer.cell,
        signals={},
        ranges={signal.name: signal.range for signal in layer.signals},
        inputs=None,
        initial_states={},
        config=layer.config,
        row_samples=layer.row_samples,
        reads=layer.reads,
        axes={signal.name: signal.axes for signal in layer.signals},
        fingerprint=layer.fingerprint,
    )


def _read(file: ArrayFile, layer: LayerInfo, sample: int | None = None) -> LayerTrace:
    key = layer.key

    def read(name: str) -> Array:
        return file.read(name) if sample is None else file.read(name, sample)[np.newaxis]

    def row(name: str) -> Array | None:
        return read(name) if name in file.blocks else None

    def rows(group: str) -> dict[str, Array]:
        return {name: read(f"{group}{name}") for name in file.members(group)}

    states = {signal.name: gradient_state(signal.name) for signal in layer.signals}
    trace = replace(
        _without_arrays(layer),
        signals={name: read(signal_array(key, name)) for name, state in states.items() if state is None},
        inputs=row(f"inputs/{key}"),
        initial_states=rows(f"initial_states/{key}/"),
        mask=row(mask_array(key)),
        weights=read_weights(file, key),
        gradients={state: read(signal_array(key, name)) for name, state in states.items() if state is not None},
    )
    if sample is None or trace.row_samples is None:
        return trace
    return replace(trace, row_samples=(trace.row_samples[sample],))


def list_steps(trace_directory: Path) -> list[int]:
    """Return the steps that have a trace file, ascending; empty if the directory does not exist."""
    try:
        with os.scandir(trace_directory) as entries:
            steps = (layout.parse_step_file(entry.name) for entry in entries)
            return sorted(step for step in steps if step is not None)
    except (FileNotFoundError, NotADirectoryError):
        return []


def last_step(trace_directory: Path) -> int | None:
    """Return the highest step that has a trace file, or None."""
    steps = list_steps(trace_directory)
    return steps[-1] if steps else None
