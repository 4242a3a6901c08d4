"""NaN and infinity that are not padding, and where in the run they began."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check, episode_start
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import label, named
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.rows import row_name
from tb_rnn_plugin.log.schema import Array, LayerTrace, ProbeBatch, gradient_signal, gradient_state

_KIND = Kind("non_finite", rank=80, weight=1.0, title="not finite")
_RULE = Rule(
    kind=_KIND,
    rule="A layer counts when one value that is not masked is NaN or infinite, in its inputs, signals or gradients.",
    source="Ours: no sum or product with such a number is a number again, so it spreads to all that follows.",
    advice="Go back to the step before it began: look for a state that explodes, a loss of log(0) or a division by 0, "
    "NaN in the data; then clip gradients or lower the learning rate. keras.callbacks.TerminateOnNaN stops in time.",
    not_a_fault="Never, where training is to go on.",
)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a layer first is not finite.

    Attributes:
        layer: The layer's key.
        signal: `"inputs"`, a signal, or `"gradient:cell_state"`, as in a log.
        sample: Index of the first sample that is not finite at `timestep`.
        timestep: The first such timestep in the order that the layer computed them.
        units: Indices of all units of this signal (of inputs, features) that are not finite at some timestep,
            earliest first.
        timesteps: All timesteps at which this signal is not finite, ascending; empty where it is so at all of them.
        total: How many units, or features, this signal has.
    """

    layer: str
    signal: str
    sample: int
    timestep: int
    units: tuple[int, ...]
    timesteps: tuple[int, ...]
    total: int

    def __str__(self) -> str:
        return f"{named(self.signal)} at timestep {self.timestep}"


def first_place(trace: LayerTrace) -> Place | None:
    """Return where in a layer the first value that is not masked is NaN or infinite, or None.

    The order is the order of computation: by timestep as the layer read them, and at each the inputs, then the signals
    in the order of the trace. Gradients come after all signals, the last timestep first.
    """
    backwards = bool(trace.config.get("go_backwards"))
    forward = {**({} if trace.inputs is None else {"inputs": trace.inputs}), **trace.signals}
    gradients = {gradient_signal(state): values for state, values in trace.gradients.items()}
    return _earliest(trace, forward, backwards) or _earliest(trace, gradients, not backwards)


@check(_KIND)
def non_finite(run: RunAtStep) -> Iterator[Finding]:
    """Yield one finding per layer that is not finite, first the one in which it began, with what is known of its cause.

    Severity: 1. Earlier steps are read only if something is not finite.
    """
    places = [place for place in map(first_place, run.layers) if place]
    if not places:
        return
    start, held, before = episode_start(run.step, run.steps, lambda at: _is_broken(run.layers_at(at)))
    origin = _origin(run.layers_at(start)) or places[0]
    cause = _cause(run, start, origin)
    began = f"It began at {run.unit} {start} in layer {origin.layer!r}: {origin}."
    if before is None and start != run.steps[0]:
        began = f"{began[:-1]}; no earlier {run.unit} can be read."
    for place in sorted(places, key=lambda place: place.layer != origin.layer):
        what = "features" if place.signal == "inputs" else "units"
        message = (
            f"{cause} {label(place.signal)}: NaN or infinite in {len(place.units)} of {place.total} {what}, "
            f"from timestep {place.timestep} on. {began}"
        )
        yield _RULE.finding(
            place.layer,
            place.signal,
            message,
            steps=held,
            share=1.0,
            units=() if place.signal == "inputs" else place.units,
            timesteps=place.timesteps,
            sample=place.sample,
        )


def probe_place(arrays: Mapping[str, Array], timesteps: Collection[int]) -> str | None:
    """Return the first place at which the probe's own arrays are NaN or infinite: "sample 2, timestep 6, feature 1".

    Args:
        arrays: Its inputs, or its targets, by name.
        timesteps: The lengths of the layers' time axes, by which an array's second axis is known as one.
    """
    for name, values in arrays.items():
        if values.dtype.kind not in "fc" or np.isfinite(values).all():
            continue
        sample, *rest = np.argwhere(~np.isfinite(values))[0].tolist()
        axes = ["timestep"] if rest and values.shape[1] in timesteps else []
        features = rest[len(axes) :]
        index = f", feature {', '.join(map(str, features))}" if features else ""
        time = f", timestep {rest[0]}" if axes else ""
        return f"{row_name(None, sample)}{time}{index}" + (f" of {name!r}" if len(arrays) > 1 else "")
    return None


def _origin(layers: Sequence[LayerTrace]) -> Place | None:
    """Return where layers first are not finite: layers compute in the order of their calls, gradients in reverse."""
    places = [place for place in map(first_place, layers) if place]
    forward = [place for place in places if gradient_state(place.signal) is None]
    return forward[0] if forward else places[-1] if places else None


def _is_broken(layers: Sequence[LayerTrace]) -> bool | None:
    return _origin(layers) is not None if layers else None


def _cause(run: RunAtStep, start: int, origin: Place) -> str:
    """Return what is known of the cause: the probe, the weights, the forward pass or the loss."""
    layers = run.layers_at(start)
    timesteps = {next(iter(trace.signals.values())).shape[1] for trace in layers if trace.signals}
    inputs, targets = (run.batch.inputs, run.batch.targets) if run.batch else ({}, {})
    place = probe_place(inputs, timesteps)
    ill, broken, all_known = _samples(run.batch, layers)
    known = []
    # A model may clean its inputs: those that are not finite need not explain what is not.
    also = f"The probe's inputs are also not finite, at {place}" if place else ""
    if gradient_state(origin.signal) is not None:
        known.append(_loss_sentence(probe_place(targets, timesteps)))
        if also:
            known.append(f"{also}.")
    elif place and (ill & broken or not all_known):
        known.append(f"The probe itself is not finite at {place}; this alone makes what follows not finite.")
        if broken - ill:
            known.append("Samples whose inputs are finite are not finite, either.")
    else:
        if states := _broken_states(layers, origin):
            known.append(
                f"Initial states of this layer are not finite at {run.unit} {start}: {', '.join(states)}; an earlier "
                "batch, another layer or the given values made them so."
            )
        elif origin.signal == "inputs" or not any(map(_broken_weights, layers)):
            known.append(_forward_sentence(run, start, origin))
        if also:
            known.append(
                f"{also}, but what the layers in the log read and computed of such samples is finite where not masked."
            )
    if any(map(_broken_weights, run.layers)):
        known.append(_weights_sentence(run))
    return " ".join(known)


def _loss_sentence(target: str | None) -> str:
    """Return what made gradients that are not finite below a forward pass that is; `target` is from `probe_place`."""
    if target:
        return f"The probe's targets are not finite at {target}; this alone makes the loss not finite."
    return (
        "What the layers in the log computed is finite, so the loss, its derivative or a layer behind them made it: "
        "log(0), sqrt(0) or a division by 0."
    )


def _broken_states(layers: Sequence[LayerTrace], origin: Place) -> list[str]:
    """Return the names of the initial states that are not finite in the layer and sample in which NaN began."""
    states = next(trace for trace in layers if trace.key == origin.layer).initial_states
    return [named(name) for name, values in states.items() if not np.isfinite(values[origin.sample]).all()]


def _samples(batch: ProbeBatch | None, layers: Sequence[LayerTrace]) -> tuple[set[int], set[int], bool]:
    """Return the samples whose inputs are not finite, those not finite in layers, and whether those are all known.

    They are where the rows of every layer are the probe's samples.
    """
    inputs = [values for values in batch.inputs.values() if values.dtype.kind in "fc"] if batch else []
    ill = {sample for values in inputs for sample in np.argwhere(~np.isfinite(values))[:, 0].tolist()}
    broken, all_known = set[int](), True
    for trace in layers:
        read = [] if trace.inputs is None else [trace.inputs]
        for values in [*read, *trace.signals.values()]:
            if trace.row_samples is None and all(len(values) == len(given) for given in inputs):
                rows = (~np.isfinite(values) & present(trace, values)[..., None]).any(axis=(1, 2))
                broken.update(np.flatnonzero(rows).tolist())
            else:
                all_known = False
    return ill, broken, all_known


def _weights_sentence(run: RunAtStep) -> str:
    """Return since when weights are not finite, which they are not at the run's own step."""
    start, _, before = episode_start(run.step, run.steps, lambda at: _has_broken_weights(run.layers_at(at)))
    layer = next(trace for trace in run.layers_at(start) if _broken_weights(trace))
    since = f"Weights are not finite since {run.unit} {start}: {', '.join(_broken_weights(layer))} of {layer.key!r}"
    if start == run.steps[0]:
        return f"{since}; that is the first captured."
    if before is None:
        return f"{since}; no earlier {run.unit} has weights that can be read."
    return f"{since}; at {run.unit} {before} they were finite, so training made them so in between."


def _has_broken_weights(layers: Sequence[LayerTrace]) -> bool | None:
    """Return whether weights are not finite; None if the log has none."""
    return any(map(_broken_weights, layers)) if any(trace.weights for trace in layers) else None


def _forward_sentence(run: RunAtStep, start: int, origin: Place) -> str:
    """Return what the forward pass made at a step, where neither the probe nor weights or states in the log did."""
    if origin.signal == "inputs":
        return "Something in front of this layer made it, a layer that is not in the log or its weights."
    trace = next(trace for trace in run.layers_at(start) if trace.key == origin.layer)
    if trace.inputs is None:
        return "Something in front of this layer, its weights (not in the log) or its forward pass made it."
    if not trace.weights:
        return "The forward pass made it, or weights, which are not in the log."
    return f"The weights in the log are finite at {run.unit} {start}, so the forward pass made it in this layer."


def _earliest(trace: LayerTrace, arrays: Mapping[str, Array], last_first: bool) -> Place | None:
    found: Place | None = None
    rank = 0
    for signal, values in arrays.items():
        there = present(trace, values)
        broken = ~np.isfinite(values) & there[..., None]
        shown = broken.any(axis=(0, 2))
        if not shown.any():
            continue
        timesteps = np.flatnonzero(shown)
        timestep = int(timesteps[-1 if last_first else 0])
        if found is not None and (timestep <= rank if last_first else timestep >= rank):
            continue
        # Per unit the place of its first one, so that those which broke first come first.
        places = (broken[:, ::-1] if last_first else broken).any(axis=0)
        units = np.flatnonzero(places.any(axis=0))
        order = np.argsort(places.argmax(axis=0)[units], kind="stable")
        everywhere = (shown == there.any(axis=0)).all()
        rank = timestep
        found = Place(
            layer=trace.key,
            signal=signal,
            sample=int(broken[:, timestep].any(axis=1).argmax()),
            timestep=timestep,
            units=tuple(units[order].tolist()),
            timesteps=() if everywhere else tuple(timesteps.tolist()),
            total=values.shape[2],
        )
    return found


def _broken_weights(trace: LayerTrace) -> list[str]:
    """Return the names of the layer's weights that are not finite."""
    return [name for name, values in trace.weights.items() if not np.isfinite(values).all()]
