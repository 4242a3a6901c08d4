"""The loop over time that all cells share: one sample after another, one timestep after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Activation: TypeAlias = Callable[[Floats], Floats]
States: TypeAlias = tuple[Floats, ...]
Step: TypeAlias = Callable[[Floats, States], tuple[dict[str, Floats], States]]


@dataclass(frozen=True)
class Reference:
    """What a recurrent layer does with a batch.

    Attributes:
        signals: By name, `[sample, time, unit]` on the input's time axis, NaN where masked.
        final: The states after the last timestep, each `[sample, unit]`.
    """

    signals: dict[str, Floats]
    final: States


def run(
    step: Step,
    names: Sequence[str],
    inputs: Any,
    initial_states: Sequence[Any],
    mask: NDArray[np.bool_] | None,
    go_backwards: bool,
) -> Reference:
    """Apply `step` at every timestep that is not masked; a masked timestep carries the states on.

    Args:
        step: From one sample's input `[feature]` and states `[unit]`, its signals and new states.
        names: The signals in order.
        inputs: `[sample, time, feature]`.
        initial_states: Each `[sample, unit]`.
        mask: `[sample, time]`, False where there is nothing to read.
        go_backwards: Whether the last timestep is read first.
    """
    inputs = np.asarray(inputs, np.float64)
    samples, timesteps, _ = inputs.shape
    final = tuple(np.array(state, np.float64) for state in initial_states)
    signals = {name: np.full((samples, timesteps, final[0].shape[1]), np.nan) for name in names}
    for sample in range(samples):
        states = tuple(state[sample] for state in final)
        for time in reversed(range(timesteps)) if go_backwards else range(timesteps):
            if mask is not None and not mask[sample, time]:
                continue
            values, states = step(inputs[sample, time], states)
            for name in names:
                signals[name][sample, time] = values[name]
        for whole, state in zip(final, states, strict=True):
            whole[sample] = state
    return Reference(signals, final)
