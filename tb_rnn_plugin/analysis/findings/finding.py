"""What a finding consists of, its kind, and the rule that it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from tb_rnn_plugin.log.schema import Finite


@dataclass(frozen=True)
class Kind:
    """A kind of finding.

    Attributes:
        name: `"dead_units"`, as in the answers of the server.
        rank: Kinds of lower rank are listed first, among findings of equal severity.
        weight: Severity, 0 to 1, where the whole layer is concerned. Ours: 1 for what ends training, 0.9 and 0.8 for
            what keeps it from learning over time, below that for what wastes units.
        title: What people call it, `"dead units"`; empty for the name with spaces.
        group: What findings of one cause have in common, by which they are grouped; empty for the title.
    """

    name: str
    rank: int
    weight: float
    title: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name.replace("_", " "))
        object.__setattr__(self, "group", self.group or self.title)


HIGH = 0.7
"""Severity from which a finding is a likely cause of a training that fails. Ours: healthy runs have none, see
`tests/benchmarks/false_alarms.py`."""

DEPTH = "vanishing through depth"
"""The group of what shows that a stack is too deep: in gradients, and in activity."""

_MIN_WEIGHT_SHARE = 0.2
"""The part of its kind's weight that the smallest case has, one unit of many. Ours."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that looks wrong in a layer, with the evidence and what is known about it.

    Attributes:
        kind: Name of its kind, one of `KINDS`.
        title: What people call the kind.
        group: What findings of the same cause are grouped by, see `group`.
        layer: The layer's key.
        signal: The signal that shows it: `"forget_gate"`, …; `"gradient:cell_state"` for the loss' gradient by a
            state, as in a log; `"inputs"` for what the layer read.
        units: Indices of all units concerned, strongest first; empty where the whole layer is concerned.
        timesteps: The timesteps that show it, on the input's time axis; empty where all do.
        sample: Index of the row of the layer that shows it most, which is the sample's in the probe unless the model
            reshapes its batch (`Run.rows`); None where all count.
        steps: The captured steps that were read and show it, ascending; the last is the step of the finding.
        severity: 0 to 1, to rank by: the weight of its kind, times 0.2 for the smallest case up to 1 for the whole
            layer.
        message: One or two sentences with the numbers.
        rule: The rule with its threshold.
        source: The paper; `"Ours: …"` with the reason where there is none.
        advice: What people do about it.
        not_a_fault: When it is none.
    """

    kind: str
    title: str
    group: str
    layer: str
    signal: str
    units: tuple[int, ...]
    timesteps: tuple[int, ...]
    sample: int | None
    steps: tuple[int, ...]
    severity: Finite
    message: str
    rule: str
    source: str
    advice: str
    not_a_fault: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What findings have in common. All attributes but the first are as in `Finding`.

    Attributes:
        kind: Their kind.
        rule: The rule with its threshold.
        source: The paper, or ours.
        advice: What people do about it.
        not_a_fault: When it is none.
    """

    kind: Kind
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
        group: str = "",
    ) -> Finding:
        """Return a finding by this rule; `share`, 0 to 1, is how much of the layer is concerned.

        The group is the kind's; a finding that is only an effect passes the group of its cause.
        """
        return Finding(
            kind=self.kind.name,
            title=self.kind.title,
            group=group or self.kind.group,
            layer=layer,
            signal=signal,
            units=units,
            timesteps=timesteps,
            sample=sample,
            steps=steps,
            severity=self.kind.weight * (_MIN_WEIGHT_SHARE + (1 - _MIN_WEIGHT_SHARE) * min(max(share, 0.0), 1.0)),
            message=message,
            rule=self.rule,
            source=self.source,
            advice=self.advice,
            not_a_fault=self.not_a_fault,
        )
