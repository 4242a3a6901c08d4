"""`RNNTimeline`: the Keras callback. It decides WHEN to capture; `probe` captures and `log` writes."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tb_rnn_plugin.log.batch import probe_batch
from tb_rnn_plugin.log.directories import check_log_dir, run_directory
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.probe import Probe
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.compilation import JitCompile
from tb_rnn_plugin.probe.inputs import named_arrays
from tb_rnn_plugin.schedule import Schedule

_log = logging.getLogger("tb_rnn_plugin")


class RNNTimeline(keras.callbacks.Callback):  # type: ignore[misc]
    """Logs every gate and state of a model's recurrent layers for TensorBoard's RNN Timeline tab.

    At the end of each epoch the model is called once on a fixed batch, and what its recurrent layers did is written
    to `<log_dir>/rnn`. Training is not disturbed: weights, RNN states, random numbers, batch-norm statistics and
    metrics stay as they were. Whatever is wrong with the arguments is raised before training starts; after that a
    failure warns once, and training goes on.

    Args:
        log_dir: Directory that TensorBoard reads. Where `<log_dir>/rnn` holds an earlier fit, a new one goes to
            `<log_dir>/rnn-2`, `rnn-3`, …; a fit resumed with `initial_epoch` goes on in the newest.
        probe: The fixed batch, as `model.predict` takes it: an array, or a list, tuple or dict of arrays, samples on
            the first axis. A few samples suffice: all their timesteps and units are stored, at every captured step.
        targets: The targets of the probe batch, to be stored with it.
        layers: Keys of the layers to capture, or patterns (`"encoder/*"`); None for all recurrent ones.
        update_freq: `"epoch"`, or N to capture after every N batches; a step then is a global batch index.
        every: Capture every so many epochs, from epoch 0 on.
        tokens: Per sample, one string per timestep (a string counts as a sequence of characters).
        annotations: By name, an array `[sample, time]`: of bools for flags (inside a string), of numbers for the rest
            (depth).
        sample_names: One name per sample.
        weights: Whether the cells' weights are stored at every step.
        initial_states: What stateful layers start from at every step: `"zeros"`, `"current"` for what they hold, or
            by layer a list of arrays `[sample, unit]`.
        training: Whether the probe is run with dropout and the like.
        dtype: `"float16"`, or `"float32"` for twice the bytes; values too large for float16 are stored as float32
            anyway.
        jit_compile: `"auto"` to run the probe under XLA where it compiles; True or False to insist.

    Example:
        >>> model.fit(x, y, epochs=20, callbacks=[RNNTimeline("logs/run-1", probe=x_val[:8])])   # doctest: +SKIP

    Raises:
        ValueError: at construction or when training starts, an argument does not fit; the message says the rule and
            the value.
        NotADirectoryError, PermissionError: when training starts, `log_dir` cannot be written to.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        probe: Any,
        *,
        targets: Any = None,
        layers: str | Iterable[str] | None = None,
        update_freq: str | int = "epoch",
        every: int = 1,
        tokens: Sequence[Sequence[str]] | None = None,
        annotations: Mapping[str, Any] | None = None,
        sample_names: Sequence[str] | None = None,
        weights: bool = True,
        initial_states: str | Mapping[str, Any] = "zeros",
        training: bool = False,
        dtype: str = "float16",
        jit_compile: JitCompile = "auto",
    ) -> None:
        super().__init__()
        if dtype not in ("float16", "float32"):
            raise ValueError(f'dtype must be "float16" or "float32", got {dtype!r}.')
        self._log_dir = Path(log_dir)
        self._dtype = dtype
        self._schedule = Schedule(update_freq, every)
        self._inputs = probe
        self._said: dict[str, Any] = {
            "targets": {} if targets is None else named_arrays(targets, "target"),
            "tokens": tokens,
            "annotations": annotations or {},
            "sample_names": sample_names,
        }
        self._probe_options: dict[str, Any] = {
            "layers": layers,
            "initial_states": initial_states,
            "training": training,
            "weights": weights,
            "jit_compile": jit_compile,
        }
        self._probe: Probe | None = None
        self._batch: ProbeBatch | None = None
        self._writer: RunWriter | None = None
        self._steps_before = 0
        self._last_step = -1
        self._batches = 0
        self._batches_before_epoch = 0
        self._failures = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Check everything against the model, and compile the probe by running it once."""
        check_log_dir(self._log_dir)
        if self._probe is None or self._probe.model is not self.model:
            self._probe = Probe(self.model, self._inputs, **self._probe_options)
            traces = self._probe().layers
            timesteps = {trace.key: next(iter(trace.signals.values())).shape[1] for trace in traces}
            self._batch = probe_batch(named_arrays(self._probe.inputs, "input"), timesteps, **self._said)
            self._writer = None
        self._batches = int(self.model.optimizer.iterations.numpy())
        self._failures = 0
        self._is_new_fit = True

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note where the epoch starts; at the first of a fit, open the run."""
        self._batches_before_epoch = self._batches
        if self._is_new_fit:
            self._is_new_fit = False
            first_step = epoch if self._schedule.unit == "epoch" else self._batches
            # `fit` called again with the same callback counts its epochs from 0 again; the run's steps go on.
            continues = self._writer is not None and first_step <= self._last_step
            self._steps_before = self._last_step + 1 - first_step if continues else 0
            self._guarded(lambda: self._open(first_step), "opened")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Capture after this batch, if one is due. With `steps_per_execution`, `batch` is the last of several."""
        before, self._batches = self._batches, self._batches_before_epoch + batch + 1
        if self._schedule.takes_batches(before, self._batches):
            self._capture(self._batches - 1, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Capture the epoch, if it is one to capture."""
        if self._schedule.takes_epoch(epoch):
            self._capture(epoch, logs)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Say how many steps are missing, if any."""
        if self._failures:
            _log.warning("%d steps could not be written to %s.", self._failures, self._log_dir)

    def _open(self, first_step: int) -> None:
        if self._writer is None:
            directory = run_directory(self._log_dir, first_step, self._schedule.unit)
            writer = RunWriter(directory, self._schedule.unit, self._dtype)
            assert self._batch is not None  # noqa: S101 - on_train_begin has set it
            writer.write_probe(self._batch)
            self._writer = writer
            if directory.name != "rnn":
                _log.info("%s holds an earlier fit; this one is written to %s.", self._log_dir, directory)

    def _capture(self, position: int, logs: Mapping[str, Any] | None) -> None:
        self._guarded(lambda: self._write(position + self._steps_before, logs or {}), f"captured at step {position}")

    def _write(self, step: int, logs: Mapping[str, Any]) -> None:
        self._open(step)
        assert self._probe is not None and self._writer is not None  # noqa: S101, PT018
        captured = self._probe()
        self._writer.write_step(step, captured.layers, captured.predictions, logs)
        self._last_step = step

    def _guarded(self, action: Callable[[], None], what: str) -> None:
        """Do something that must not end training: the first failure is said, all are counted."""
        try:
            action()
        except Exception as error:
            self._failures += 1
            if self._failures == 1:
                _warn(
                    f"RNNTimeline: the run in {self._log_dir} could not be {what} ({error}). Training goes on; what "
                    "was written before is whole, and every following step is tried again."
                )


def _warn(message: str) -> None:
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        # Under `-W error` a warning is an exception, and would end the user's training.
        _log.warning(message)
