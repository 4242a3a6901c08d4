"""Units that equal another unit, or its exact opposite."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.dead_constant import idle_units
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import MIN_VALUES, finite_signal, is_recurrent, label, main_signal, of_units
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.schema import Array, LayerTrace

SAME = 0.999
"""Absolute correlation beyond which two units count as the same. Ours: rounding to float16 lowers it by less than 1e-5
for units that use their range, and the rest, 0.2 % of the variance, is no second feature."""

MAX_UNITS = 1024
"""How many units are compared in pairs at most; of more, as a ConvLSTM has, this many at even distances."""

MAX_VALUES = 5_000
"""How many values per unit, over samples and timesteps, are correlated at most; of more, likewise."""

_NAMED = 4
"""How many groups, and units of each, a message names."""

_KIND = Kind("duplicate_units", rank=50, weight=0.5)
_RULE = Rule(
    kind=_KIND,
    rule=f"Units count as the same when their correlation over all samples and timesteps is beyond {SAME:g} or "
    f"-{SAME:g}; dead and constant ones do not count. Of more than {MAX_UNITS} units, or {MAX_VALUES} timesteps of all "
    "samples, as many are compared.",
    source="Ours: what two such units differ in is 0.2 % of their variance.",
    advice="Use fewer units, break the symmetry with random or orthogonal initial weights, or add dropout.",
    not_a_fault="A probe with little variety makes units look alike that differ on other inputs.",
)


def duplicate_groups(values: Array) -> list[list[int]]:
    """Return groups of units that are correlated beyond `SAME`, in either direction, the largest group first.

    A group holds all units that are linked by a chain of such pairs. At most `MAX_UNITS` units and `MAX_VALUES` values
    are compared.

    Args:
        values: `[value, unit]`, finite; none of the units is constant. Fewer than `MIN_VALUES` values give no groups.
    """
    if len(values) < MIN_VALUES or values.shape[1] < 2:
        return []
    chosen = _spread(values.shape[1], MAX_UNITS)
    sampled = values[np.ix_(_spread(len(values), MAX_VALUES), chosen)].astype(np.float64)
    with np.errstate(all="ignore"):
        # Squares of the largest numbers overflow.
        scaled = sampled / np.abs(sampled).max(axis=0)
        centred = scaled - scaled.mean(axis=0)
        standardized = centred / np.linalg.norm(centred, axis=0)
        same: Array = np.asarray(np.abs(standardized.T @ standardized) > SAME)
    same &= ~np.eye(len(same), dtype=np.bool_)
    groups = [[int(chosen[place]) for place in group] for group in _components(same)]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


@check(_KIND)
def duplicates(run: RunAtStep) -> Iterator[Finding]:
    """Yield the duplicate units of each layer's hidden state, group by group. Severity: the redundant share."""
    for trace in run.layers:
        yield from _of_layer(run, trace)


def _of_layer(run: RunAtStep, trace: LayerTrace) -> Iterator[Finding]:
    signal = main_signal(trace)
    if signal is None or not is_recurrent(trace):
        return
    dead, constant = run.once(idle_units, trace, signal)
    values = run.once(finite_signal, trace, signal)
    read = np.argwhere(present(trace, values))
    sampled = values[tuple(read[_spread(len(read), MAX_VALUES)].T)]
    judged = np.flatnonzero(~dead & ~constant & ~np.isnan(values).all(axis=(0, 1)) & ~np.isnan(sampled).any(axis=0))
    groups = [[int(judged[unit]) for unit in group] for group in duplicate_groups(sampled[:, judged])]
    if groups:
        total, units = values.shape[2], tuple(unit for group in groups for unit in group)
        more = f" and {len(groups) - _NAMED} more groups" if len(groups) > _NAMED else ""
        compared = f" Of {len(judged)} units {MAX_UNITS} were compared." if len(judged) > MAX_UNITS else ""
        if len(read) > MAX_VALUES:
            compared += f" They were compared at {MAX_VALUES} of {len(read)} timesteps of all samples."
        message = (
            f"{label(signal)}: {of_units(len(units), total)} the same as another or its opposite: "
            f"{', '.join(map(_spelled, groups[:_NAMED]))}{more}.{compared}"
        )
        share = (len(units) - len(groups)) / min(total, MAX_UNITS)
        yield _RULE.finding(trace.key, signal, message, steps=(run.step,), share=share, units=units)


def _components(same: Array) -> list[list[int]]:
    """Return the connected components of more than one unit of a symmetric matrix, `[unit, unit]` of bool."""
    left = np.asarray(same.any(axis=0))
    groups = []
    for unit in np.flatnonzero(left).tolist():
        if not left[unit]:
            continue
        group = np.zeros(len(same), np.bool_)
        group[unit] = True
        while (wider := group | same[group].any(axis=0)).sum() > group.sum():
            group = wider
        left &= ~group
        groups.append(np.flatnonzero(group).tolist())
    return groups


def _spread(size: int, most: int) -> Array:
    return np.arange(size) if size <= most else np.linspace(0, size - 1, most).astype(np.int64)


def _spelled(group: list[int]) -> str:
    shown = " = ".join(map(str, group[:_NAMED]))
    return f"{shown} = …" if len(group) > _NAMED else shown
