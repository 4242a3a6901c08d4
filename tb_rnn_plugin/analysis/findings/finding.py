"""What a finding consists of, and the rule that it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "saturated_low",
    "saturated_high",
    "dead_units",
    "constant_units",
    "duplicate_units",
    "input_blind_units",
    "exploding_state",
    "non_finite",
    "vanishing_gradient",
    "exploding_gradient",
    "frozen",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind of finding; findings of one severity are listed in this order."""

_MIN_WEIGHT_SHARE = 0.2
"""The part of a kind's weight that its smallest case has, one unit of many: found is found. Ours."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that looks wrong in a layer, with the evidence and what is known about it.

    Attributes:
        kind: One of `KINDS`.
        layer: The layer's key.
        signal: Where it shows: `"forget_gate"`, …; `"gradient:cell_state"` for the loss' gradient by a state, as in a
            log; `"inputs"` for what the layer read.
        units: Indices of all units concerned, strongest first; empty where it is the layer as a whole.
        timesteps: Those that show it, on the input's time axis; empty where all do.
        sample: Index in the probe of the sample that shows it most; None where it is told from all of them.
        steps: The captured steps that were looked at and show it, ascending; the last is the one asked about.
        severity: 0 to 1, to rank by: a weight that its kind has, times 0.2 for the smallest case up to 1 for the whole
            layer.
        message: One or two sentences with the numbers.
        rule: The rule with its threshold.
        source: The paper; `"Ours: …"` with the reason where there is none.
        advice: What people do about it.
        not_a_fault: When it is none.
    """

    kind: Kind
    layer: str
    signal: str
    units: tuple[int, ...]
    timesteps: tuple[int, ...]
    sample: int | None
    steps: tuple[int, ...]
    severity: float
    message: str
    rule: str
    source: str
    advice: str
    not_a_fault: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What all findings of a kind have in common.

    Attributes:
        kind: One of `KINDS`.
        weight: Severity, 0 to 1, where the whole layer is concerned. Ours: 1 for what ends training, 0.9 and 0.8 for
            what keeps it from learning over time, below that for what wastes units.
        rule: As in `Finding`, and so are `source`, `advice` and `not_a_fault`.
        source: The paper, or ours.
        advice: What people do about it.
        not_a_fault: When it is none.
    """

    kind: Kind
    weight: float
    rule: str
    source: str
    advice: str
    not_a_fault: str

    def finding(
        self,
        layer: str,
        signal: str,
        message: str,
        *,
        steps: tuple[int, ...],
        share: float,
        units: tuple[int, ...] = (),
        timesteps: tuple[int, ...] = (),
        sample: int | None = None,
    ) -> Finding:
        """Return a finding by this rule; `share`, 0 to 1, is how much of the layer is concerned."""
        return Finding(
            kind=self.kind,
            layer=layer,
            signal=signal,
            units=units,
            timesteps=timesteps,
            sample=sample,
            steps=steps,
            severity=self.weight * (_MIN_WEIGHT_SHARE + (1 - _MIN_WEIGHT_SHARE) * min(max(share, 0.0), 1.0)),
            message=message,
            rule=self.rule,
            source=self.source,
            advice=self.advice,
            not_a_fault=self.not_a_fault,
        )
