"""`RNNTimeline`: the Keras callback. It decides when to capture; `probe` captures and `log` writes."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from tb_rnn_plugin.log.batch import probe_batch
from tb_rnn_plugin.log.directories import check_log_dir
from tb_rnn_plugin.log.fingerprint import fingerprint
from tb_rnn_plugin.log.forecast import Forecast, forecast
from tb_rnn_plugin.log.local_path import local_path
from tb_rnn_plugin.log.rows import describe_rows
from tb_rnn_plugin.log.schema import logged_signals
from tb_rnn_plugin.probe import Activations, Probe
from tb_rnn_plugin.probe.backend import backend, keras
from tb_rnn_plugin.probe.backends.base import JitCompile
from tb_rnn_plugin.probe.inputs import check_model, named_arrays, without_tensors
from tb_rnn_plugin.probe.kept import kept_probe
from tb_rnn_plugin.probe.layers import LayerChoice, listed
from tb_rnn_plugin.recording import Recording, warn
from tb_rnn_plugin.schedule import Schedule

_log = logging.getLogger("tb_rnn_plugin")

_CONTRACT_SHARE = 0.1
"""How long it may take to test that row i of a layer is sample i, as a share of the probe's compilation."""

_Trained: TypeAlias = tuple[int, Sequence[Any] | Exception]
"""The probe's `checks` when its states were read, and the states, or why they could not be read."""

_Layout: TypeAlias = dict[str, tuple[str, dict[str, tuple[int, ...]]]]
"""By layer, its cell and the shapes of what a log stores of it."""


class RNNTimeline(keras.callbacks.Callback):  # type: ignore[misc]
    """Logs every gate and state of a model's recurrent layers for TensorBoard's RNN Timeline tab.

    At the end of each epoch, the callback calls the model once on a fixed batch, the probe, and writes what its
    recurrent layers did to `<log_dir>/rnn`. It does not disturb training: weights, RNN states, random numbers,
    batch-norm statistics and metrics stay as they were. Invalid arguments raise before training starts; after that, the
    first failure warns, and training continues.

    Args:
        log_dir: Directory that TensorBoard reads, local or mounted; `~` is the home directory, and a relative path
            starts at the working directory in which training starts. If `<log_dir>/rnn` holds an earlier fit, a new
            fit is written to `<log_dir>/rnn-2`, `rnn-3`, …. A fit resumed with `initial_epoch` or Keras'
            `BackupAndRestore` continues the newest of these if that has the same probe, and replaces its steps from the
            resumed one on. A second fit with the same callback goes on in its run: if the weights are reset between the
            two, as for the folds of a cross-validation, make another callback, or units of two models count as one.
        probe: The fixed batch, as the model is called with it: an array, or a list, tuple or dict of arrays, samples on
            the first axis. A few samples suffice: all their timesteps and units are stored at every captured step.
        targets: The probe's targets, nested as `fit` takes them; stored with the probe.
        layers: Which layers to capture: keys, layers, patterns (`"encoder/*"`, which match recurrent layers or, if they
            match none, other layers), or a function that returns whether to capture a layer; None for all recurrent
            layers. For a layer that is not recurrent, its output is captured.
        update_freq: `"epoch"`, or N to capture after every N batches; a step is then a global batch index.
        every: Capture every N-th epoch, from epoch 0 on.
        keep: Maximum number of steps whose values are kept, at least 2: the first, the last, and steps spread evenly
            between; the overview still shows all. None keeps all. The size of the run is logged when it starts
            (`logging`, level INFO); a step of 100 MB or more, and a disk with less space, are warnings.
        tokens: For each sample, one string per timestep (a string counts as a sequence of characters); lists, arrays or
            tensors, bytes in UTF-8.
        annotations: By name, an array `[sample, time]`: bools for flags (inside a string), numbers for anything else
            (nesting depth).
        sample_names: One name per sample.
        gradients: Whether to capture the gradient of the model's own loss by every state at every timestep, in the same
            pass; needs `targets`. `loss_weights` count in it, as compiled; what `fit` gets as `sample_weight` or
            `class_weight` does not.
        weights: Whether to store the cells' weights at every step.
        initial_states: What stateful layers start from at every step: `"zeros"`; `"current"` for the states that the
            last training batch left, before `fit`'s validation (for those at the epoch's end if the model changes
            between the two, such as a layer's `trainable`); or by key a list of arrays `[sample, unit]`, for any
            recurrent layers (stateful layers without an entry start from zeros).
        training: Whether the probe is run with `training=True`, which applies dropout, for example.
        dtype: `"float16"`, or `"float32"` for twice the bytes; a signal with values too large for float16 is stored as
            float32 in either case.
        jit_compile: True for XLA, False for a plain graph, `"auto"` for XLA where it compiles and saves time.

    Example:
        >>> model.fit(x, y, epochs=20, callbacks=[RNNTimeline("logs/run-1", probe=x_val[:8])])   # doctest: +SKIP

    Raises:
        ValueError: at construction or when training starts, an argument is invalid; the message gives the rule and the
            value.
        NotADirectoryError, PermissionError: when training starts, `log_dir` cannot be written to.
    """

    # What belongs to a fit, and is left out of a copy.
    _probe: Probe | None = None
    _recording: Recording | None = None
    _layout: _Layout | None = None
    _forecast = Forecast(0, 0)
    _is_new_fit = False
    _has_warned = False
    _epochs_before = 0
    _epochs = 0
    _batches = 0
    _batches_before_epoch = 0
    _trained: _Trained | None = None
    _checks = 0

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        probe: Any,
        *,
        targets: Any = None,
        layers: LayerChoice = None,
        update_freq: str | int = "epoch",
        every: int = 1,
        keep: int | None = None,
        tokens: Sequence[Sequence[str]] | None = None,
        annotations: Mapping[str, Any] | None = None,
        sample_names: Sequence[str] | None = None,
        gradients: bool = False,
        weights: bool = True,
        initial_states: str | Mapping[str, Any] = "zeros",
        training: bool = False,
        dtype: str = "float16",
        jit_compile: JitCompile = "auto",
    ) -> None:
        super().__init__()
        if dtype not in ("float16", "float32"):
            raise ValueError(f'dtype must be "float16" or "float32", got {dtype!r}.')
        if gradients and targets is None:
            raise ValueError("gradients=True needs the probe's targets, got none: pass targets=, as to fit.")
        self._log_dir = local_path(log_dir, "log_dir")
        self._dtype = dtype
        if keep is not None and (not isinstance(keep, int) or isinstance(keep, bool) or keep < 2):
            raise ValueError(f"keep must be a number of steps from 2, or None to keep all, got {keep!r}.")
        self._schedule = Schedule(update_freq, every)
        self._keep = keep
        self._inputs = probe
        self._batch_details: dict[str, Any] = {
            "targets": {} if targets is None else named_arrays(targets, "target"),
            "tokens": without_tensors(tokens),
            "annotations": {} if annotations is None else without_tensors(annotations),
            "sample_names": without_tensors(sample_names),
        }
        self._probe_options: dict[str, Any] = {
            "layers": listed(layers),
            "initial_states": initial_states,
            "training": training,
            "weights": weights,
            "targets": targets if gradients else None,
            "jit_compile": jit_compile,
        }

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle has: the arguments, as before the first fit.

        But for a relative `log_dir`: from the first fit on it is the absolute directory that this fit wrote to.
        """
        held = {name: value for name, value in vars(self).items() if name not in vars(RNNTimeline)}
        return {**held, **vars(keras.callbacks.Callback())}

    def __deepcopy__(self, memo: dict[int, Any]) -> RNNTimeline:
        """Return an unused callback with the same arguments, as Keras Tuner makes one for each trial."""
        choice = self._probe_options["layers"]
        memo[id(choice)] = choice  # It may name layers by identity, and a copy of a layer is not in the model.
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__.update(deepcopy(self.__getstate__(), memo))
        return copied

    def set_model(self, model: Any) -> None:
        """Take the model that is trained; the callbacks of Keras 2 would fail with an error of their own after this."""
        if model is not None:
            check_model(model)
        super().set_model(model)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Check the arguments against the model, and compile the probe by running it once."""
        writes = backend.is_writer(self.model)
        # Training may change the working directory.
        self._log_dir = self._log_dir.absolute()
        if writes:
            check_log_dir(self._log_dir)
        # None until it is known that the arguments fit the model.
        probe, self._probe = self._probe, None
        # On every worker of a cluster: if the arguments are invalid, all must stop, or the others would wait for the
        # one that does; and building a model takes all of them.
        is_new = False
        if probe is None or probe.model is not self.model:
            probe, is_new = kept_probe(self.model, self._inputs, **self._probe_options), True
        probe.refresh()
        # Counted, as another callback with the same probe may have noticed a change first.
        if writes and (is_new or probe.checks != self._checks):
            captured = self._captured_first(probe)
            # With another loss, for example, the run goes on, but not if what it stores has other shapes.
            is_new = is_new or _layout(captured) != self._layout
            if is_new:
                self._prepare(probe, captured)
        if is_new:
            self._epochs = 0
        self._probe, self._checks = probe, probe.checks
        self._is_new_fit = True

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the batches before the epoch; at a fit's first epoch, open the run."""
        if self._is_new_fit:
            self._start(epoch)
        self._batches_before_epoch = self._batches
        self._trained = None

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the states that training left: the epoch's validation, which starts, changes them."""
        if self._probe is not None and self._recording is not None and self._trained is None:
            try:
                self._trained = self._probe.checks, self._probe.held_states()
            except Exception as error:  # Training goes on; the epoch's step, which would be of other states, fails.
                self._trained = self._probe.checks, error

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Capture after this batch if the schedule says so."""
        self._check_begun()
        before, self._batches = self._batches, self._batches_before_epoch + batch + 1
        if getattr(self.model, "steps_per_execution", 1) > 1:
            # `batch` is then the first or last of several, or beyond the epoch's last, depending on Keras' version.
            self._batches = self._iterations()
        if self._schedule.takes_batches(before, self._batches):
            self._capture(self._batches - 1, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Capture the epoch if the schedule says so."""
        step = epoch + self._epochs_before
        self._epochs = step + 1
        self._check_begun()
        if self._schedule.takes_epoch(step):
            self._capture(step, logs, self._trained)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Close the run, and log how many steps are missing, if any."""
        if self._is_new_fit and (self.params or {}).get("epochs"):
            self._start(self.params["epochs"])  # No epoch was left to train, but a step may be left to capture.
        if self._recording is not None:
            self._recording.close(dict if self._probe is None else self._probe.fingerprints)
            if self._recording.failures:
                _log.warning("Steps that could not be written to %s: %d.", self._log_dir, self._recording.failures)

    def _check_begun(self) -> None:
        """Warn once if a training loop calls the callback without having begun."""
        if self._probe is None and not self._has_warned:
            self._has_warned = True
            warn(
                "RNNTimeline writes nothing, because on_train_begin was not called: make your training loop call it "
                "before the first epoch, on keras.callbacks.CallbackList([RNNTimeline(…)], model=model)."
            )

    def _start(self, epoch: int) -> None:
        """Open the run of a fit that starts with this epoch."""
        self._is_new_fit = False
        # Not read earlier: Keras' BackupAndRestore may restore it only after `on_train_begin`.
        self._batches = self._iterations()
        # A second `fit` with the same callback counts epochs from 0 again; the run's steps continue.
        self._epochs_before = self._epochs if epoch < self._epochs else 0
        if self._recording is not None and self._probe is not None and not self._epochs:
            first = epoch if self._schedule.unit == "epoch" else self._batches
            self._recording.open(first, self._forecast, self._steps_ahead(epoch), self._probe.fingerprints)
            # A training killed between its backup and its capture lacks that step; the model is as it was then.
            if self._schedule.takes(first - 1) and self._recording.stops_before(first - 1):
                self._capture(first - 1, None)

    def _captured_first(self, probe: Probe) -> Activations:
        """Run a probe that may have yet to compile; only on the worker that writes. Warn of what it cannot show."""
        start = time.perf_counter()
        captured = _with_rows(probe, probe(), time.perf_counter() - start)
        rows = describe_rows({trace.key: trace.row_samples for trace in captured.traces}, probe.samples)
        for sentence in [*probe.unreachable.values(), *probe.without_gradients(), *([] if rows is None else [rows])]:
            warn(f"RNNTimeline: {sentence}")
        return captured

    def _prepare(self, probe: Probe, captured: Activations) -> None:
        """Prepare what writes the probe; only on the worker that writes."""
        self._layout = _layout(captured)
        timesteps = {trace.key: next(iter(trace.signals.values())).shape[1] for trace in captured.traces}
        batch = probe_batch(named_arrays(probe.inputs, "input"), timesteps, **self._batch_details)
        self._recording = Recording(self._log_dir, batch, self._schedule.unit, self._dtype, self._keep)
        self._forecast = forecast(_fingerprinted(captured).traces, captured.predictions, dtype=self._dtype)
        large = self._forecast.describe_large(probe.samples)
        if large is not None:
            warn(f"RNNTimeline: {large}")

    def _steps_ahead(self, epoch: int) -> int | None:
        """Return the maximum number of steps that this fit captures; None if it is not known.

        Args:
            epoch: The fit's first epoch.
        """
        params = self.params or {}
        epochs, batches = params.get("epochs"), params.get("steps")
        if epochs is None:
            return None
        if self._schedule.unit == "epoch":
            return self._schedule.count(epoch, epochs)
        if batches is None:
            return None
        return self._schedule.count(self._batches, self._batches + (epochs - epoch) * batches)

    def _iterations(self) -> int:
        """Return the number of batches trained on: the optimizer's count, or the callback's without an optimizer."""
        optimizer = getattr(self.model, "optimizer", None)
        return self._batches if optimizer is None else int(optimizer.iterations.numpy())

    def _capture(self, step: int, logs: Mapping[str, Any] | None, trained: _Trained | None = None) -> None:
        if self._probe is not None and self._recording is not None:
            self._recording.write(step, partial(_captured, self._probe, trained), logs or {})


def _captured(probe: Probe, trained: _Trained | None) -> Activations:
    """Return a pass with the states that training left, or those held now if the model has changed since."""
    states = None if trained is None or trained[0] != probe.checks else trained[1]
    if isinstance(states, Exception):
        raise states
    start = time.perf_counter()
    captured = probe(states=states)
    return _fingerprinted(_with_rows(probe, captured, time.perf_counter() - start))


def _with_rows(probe: Probe, captured: Activations, seconds: float) -> Activations:
    """Find whose the rows are, if that was not tried since the model was traced.

    Args:
        probe: The probe.
        captured: What it returned.
        seconds: How long that took, with the compilation.
    """
    if probe.has_sought_rows:
        return captured
    try:
        return probe.find_rows(captured, contract_seconds=_CONTRACT_SHARE * seconds)
    except Exception:  # The model runs on the probe, so it can be trained.
        _log.warning("Whose the rows of the layers are could not be found out.", exc_info=True)
        return captured


def _fingerprinted(captured: Activations) -> Activations:
    """Return what was captured with the fingerprints of the weights in it; to copy others as well would take long."""
    traces = [replace(trace, fingerprint=fingerprint(trace.weights)) for trace in captured.traces]
    return Activations(traces, captured.predictions)


def _layout(captured: Activations) -> _Layout:
    return {
        trace.key: (trace.cell, {name: values.shape for name, values in logged_signals(trace).items()})
        for trace in captured.traces
    }
