"""`open_run`: a logged run and its analyses, in Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tb_rnn_plugin.analysis import Explanation, GateWeights, explain, gate_weights
from tb_rnn_plugin.analysis.detectors import Detector, detectors
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.findings import Finding, find
from tb_rnn_plugin.analysis.matching import Match, match, select_units
from tb_rnn_plugin.analysis.memory import Reach, horizon, keeping_gate, reach
from tb_rnn_plugin.analysis.unit_matching import UnitMatching, match_units
from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.log.local_path import local_path
from tb_rnn_plugin.log.reader import RunReader
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, ProbeBatch
from tb_rnn_plugin.log.step_file import check_signal, find_layer, read_layer, read_layers, read_part, read_weights


def open_run(directory: str | os.PathLike[str]) -> Run:
    """Open the run that `RNNTimeline(log_dir, …)` wrote, for reading.

    Args:
        directory: The run's directory, `<log_dir>/rnn`.

    Example:
        >>> run = open_run("logs/run-1/rnn")                   # doctest: +SKIP
        >>> run.load("lstm", "forget_gate", step=7).shape      # doctest: +SKIP
        (8, 100, 128)

    Raises:
        NotInLogError: there is no run.
        ValueError: the directory is an address such as `gs://`, which is not supported yet.
    """
    path = local_path(directory, "directory").absolute()
    if not layout.trace_directory(path).is_dir():
        raise NotInLogError(
            f"{directory} holds no RNN Timeline run: pass the directory that has `plugins/{layout.PLUGIN_NAME}` in it, "
            f"`<log_dir>/{layout.SUB_RUN}` of the callback."
        )
    return Run(path)


@dataclass(frozen=True)
class Pattern:
    """Units that are on together, and the other places where they are.

    Attributes:
        units: Their indices, strongest first.
        matches: The probe's other places with the same pattern, best first.
    """

    units: tuple[int, ...]
    matches: tuple[Match, ...]


class Run(RunReader):
    """One run on disk, and its analyses.

    An unknown layer, signal, step or sample raises a `NotInLogError`, which lists what the run has. A sample is
    given by the index of its row in the layer's arrays, the same as in the probe unless the model reshapes its batch:
    see `rows`.
    """

    def weights(self, layer: str, step: int) -> dict[str, GateWeights]:
        """Return a layer's weights by gate, in the dtype they are stored in: `W`, `U` and the biases of each.

        Example:
            >>> run.weights("lstm", step=7)["forget_gate"].W.shape   # doctest: +SKIP
            (3, 128)

        Raises:
            ValueError: the cell's gates are not known, or its weights were not stored.
        """
        file = self.opened(step)
        return gate_weights(find_layer(file, layer).cell, read_weights(file, layer))

    def explain(self, layer: str, signal: str, *, step: int, sample: int, timestep: int, unit: int) -> Explanation:
        """Return one value explained: its equation, the parts of its sum, and the strongest contributions to them.

        Example:
            >>> print(run.explain("lstm", "forget_gate", step=7, sample=0, timestep=40, unit=3))   # doctest: +SKIP

        Raises:
            IndexError: there is no such timestep or unit.
            ValueError: the value cannot be explained: the cell is not an LSTM, GRU or SimpleRNN, its weights were not
                stored, the timestep is masked, or dropout was applied.
        """
        file = self.opened(step)
        check_signal(find_layer(file, layer), signal)
        trace = read_layer(file, layer, sample)
        found = explain(trace, signal, sample=0, timestep=timestep, unit=unit, step=step)
        return replace(found, sample=sample, row_samples=self.row_samples(file, find_layer(file, layer)))

    def findings(self, step: int) -> tuple[Finding, ...]:
        """Return what looks wrong at a step, the most severe first, each with its evidence and what people do about it.

        Example:
            >>> for finding in run.findings(step=7): print(finding.message)   # doctest: +SKIP
            Forget gate: 34 of 128 units above 0.9 at 95 % of the timesteps or more; none at epoch 0, …
        """
        traces = self.traces(step)

        def read(at: int) -> Sequence[LayerTrace]:
            if at == step:
                return traces
            try:
                return self.traces(at)
            except (LogError, OSError):
                return ()  # A damaged earlier step is only missing from a trend.

        return find(step, self.steps, read, self.unit, self._batch(), self._peek())

    def _peek(self) -> Callable[[int, str, str | None], LayerTrace | None]:
        """Return a function that reads a part of one layer at a step; None where it cannot."""
        opened: dict[int, Mapping[str, tuple[ArrayFile, LayerInfo]]] = {}

        def peek(step: int, layer: str, signal: str | None) -> LayerTrace | None:
            try:
                if step not in opened:
                    opened[step] = {}
                    file = self.opened(step)
                    opened[step] = {key: (file, info) for key, info in read_layers(file).items()}
                if layer not in opened[step]:
                    return None
                file, info = opened[step][layer]
                is_known = signal is None or any(known.name == signal for known in info.signals)
                return read_part(file, info, signal) if is_known else None
            except (LogError, OSError):
                return None  # A damaged earlier step is only missing from a trend.

        return peek

    def _batch(self) -> ProbeBatch | None:
        try:
            return self.probe
        except (LogError, OSError):
            return None  # The rest of the run stays readable.

    def detectors(self, annotation: str, step: int, *, count: int | None = 100) -> tuple[Detector, ...]:
        """Rank the units of all layers and signals by how well each tracks an annotation, the best first.

        Example:
            >>> run.detectors("inside string", step=45)[0]   # doctest: +SKIP
            Detector(layer='lstm', signal='cell_state', unit=71, score=0.83, chance=0.64, sign=1)

        Args:
            annotation: Its name, as given to `RNNTimeline(annotations=…)`.
            step: The captured step.
            count: How many at most; None for all.

        Raises:
            ValueError: the annotation never changes, or fits no layer's timesteps.
        """
        return detectors(self.traces(step), self.annotation(annotation), count=count)

    def match(
        self, layer: str, signal: str, step: int, *, sample: int, start: int, end: int, threshold: float
    ) -> Pattern:
        """Return the units above a threshold in a range of timesteps, not right around it, and where else they are.

        After LSTMVis (Strobelt et al. 2018): a hypothesis about what a group of units represents, and its test.

        Args:
            layer: The layer's key.
            signal: `"hidden_state"`, …
            step: The captured step.
            sample: Index in the probe.
            start: The range's first timestep.
            end: The timestep after its last.
            threshold: A unit is on where its value is larger.

        Raises:
            IndexError: there is no such sample or timestep.
            ValueError: the range is empty, or padding.
        """
        values = self.load(layer, signal, step)
        units = select_units(values, sample, start, end, threshold)
        found = match(values, units, sample, start, end, threshold) if len(units) else ()
        return Pattern(tuple(units.tolist()), found)

    def horizon(self, layer: str, step: int) -> Array:
        """Return the effective horizon of each unit, `[unit]`, in timesteps: `1 / (1 - mean forget or update gate)`.

        After Tallec & Ollivier 2018: how long the gate alone lets a unit remember. `reach` measures it.

        Raises:
            ValueError: the cell has neither gate.
        """
        file = self.opened(step)
        keeping_gate(find_layer(file, layer).cell)  # Refused before the trace is read, which may be large.
        return horizon(read_layer(file, layer))

    def reach(self, layer: str, signal: str, step: int, *, sample: int, timestep: int, unit: int) -> Reach:
        """Return how far back one value of a state depends on earlier states, measured by its gradient.

        Raises:
            IndexError: there is no such timestep or unit.
            ValueError: it cannot be measured: the cell is not an LSTM, GRU or SimpleRNN, or its weights were not
                stored.
        """
        trace = read_layer(self.opened(step), layer, sample)
        return reach(trace, sample=0, timestep=timestep, unit=unit, signal=signal)

    def units_correspond(self, other: Run, layer: str, other_layer: str | None = None) -> bool | None:
        """Return whether unit i of a layer corresponds to unit i of another run's: both started from the same weights.

        Args:
            other: The other run.
            layer: The layer's key.
            other_layer: The key of the other run's layer; None for the same.

        Returns:
            None if one of the runs does not say what it started from, as runs of older versions do not, runs that may
            go on from an earlier one beside them, and layers that start from constants, as normalizations do.
        """
        if self.directory == other.directory and layer == (other_layer or layer):
            return True
        one, two = self.fingerprints.get(layer), other.fingerprints.get(other_layer or layer)
        return None if one is None or two is None else one == two

    def match_units(
        self,
        other: Run,
        layer: str,
        signal: str,
        step: int,
        *,
        other_layer: str | None = None,
        other_step: int | None = None,
    ) -> UnitMatching:
        """Match the units of a layer with those of another run's, by the correlation of a signal over the same probe.

        For runs that did not start from the same weights (`units_correspond`), after Li et al. 2016, "Convergent
        learning".

        Example:
            >>> run.match_units(other, "lstm", "cell_state", step=7).pairs[0]   # doctest: +SKIP
            UnitPair(a=12, b=40, r=0.93)

        Args:
            other: The other run.
            layer: The layer's key.
            signal: A signal of both layers.
            step: The captured step.
            other_layer: The key of the other run's layer; None for the same.
            other_step: The other run's step; None for the same.

        Raises:
            ValueError: the runs have other probes, the layers other samples or timesteps, or SciPy is not installed.
        """
        if self.probe_fingerprint != other.probe_fingerprint:
            raise AnalysisError(
                f"Units are matched by what they do on the same probe, and {self.directory} and {other.directory} have "
                "probes with other inputs."
            )
        second = other.trace(other_layer or layer, step if other_step is None else other_step)
        return match_units(self.trace(layer, step), second, signal)

    def annotation(self, name: str) -> Array:
        """Return an annotation of the probe, `[sample, time]`.

        Raises:
            NotInLogError: the probe has no annotation of this name; the message lists its annotations.
        """
        known = self.probe.annotations
        if name not in known:
            listed = ", ".join(map(repr, known)) or "none: pass annotations= to RNNTimeline"
            raise NotInLogError(f"Annotations of this run's probe are {listed}, got {name!r}.")
        return np.asarray(known[name])
