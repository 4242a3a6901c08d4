"""One layer at one step: its signals, and an order of its units."""

from __future__ import annotations

from tb_rnn_plugin.analysis.ordering import spectral_order
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.step_file import check_signal, find_layer, mask_array
from tb_rnn_plugin.run import Run


def trace_arrays(file: ArrayFile, layer: str, signal: str | None) -> dict[str, str]:
    """Return the arrays of a step's file that `/trace` sends, by their names in the answer.

    Args:
        file: The file of a step.
        layer: The layer's key.
        signal: One signal, or None for all.

    Raises:
        NotInLogError: there is no such layer or signal.
    """
    info = find_layer(file, layer)
    names = [known.name for known in info.signals] if signal is None else [signal]
    arrays = {f"signals/{name}": check_signal(info, name) for name in names}
    return {**arrays, "mask": mask_array(layer)} if info.masked else arrays


def read_trace(run: Run, step: int, layer: str, sample: int, signal: str | None) -> dict[str, Array]:
    """Answer `/trace`: one sample of one signal, or of every signal, and the mask.

    Raises:
        LogError: there is no such step, layer, sample or signal, or the file is damaged.
    """
    file = run.opened(step)
    return {name: file.read(array, sample) for name, array in trace_arrays(file, layer, signal).items()}


def read_similarity(run: Run, step: int, layer: str, sample: int, signal: str) -> dict[str, Array]:
    """Answer `/similarity`: an order of a signal's units in which units of similar activity are neighbours.

    Raises:
        LogError: there is no such step, layer, sample or signal, or the file is damaged.
    """
    # Padded timesteps are NaN, which `spectral_order` leaves out.
    return {"order": spectral_order(read_trace(run, step, layer, sample, signal)[f"signals/{signal}"])}
