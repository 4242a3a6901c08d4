"""The sentences with numbers of the guide's story, made of the demo's runs."""

from __future__ import annotations

from pathlib import Path

from demo.story import ANNOTATION
from tb_rnn_plugin import open_run
from tb_rnn_plugin.analysis.findings.finding import Finding
from tb_rnn_plugin.run import Run
from tests.runs import logged

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def sentences(log_dir: Path) -> list[str]:
    """Return what docs/guide.md must say of the runs in a directory, which `python -m demo` has written."""
    codes, one_hot, gru = (open_run(log_dir / name / "rnn") for name in ("lstm-96-codes", "lstm-96", "gru-96"))
    read = saturated(codes, "candidate"), saturated(codes, "forget_gate")
    left = saturated(one_hot, "candidate"), saturated(one_hot, "forget_gate")
    first = saturated(one_hot, "candidate", 0), saturated(one_hot, "forget_gate", 0)
    return [
        f"its loss falls to {loss(codes):.2f}",
        f"{read[0]} of the 96 candidates and {read[1]} forget gates are at an end",
        f"{len(exploding(codes).units)} of the cell states go beyond 10 in magnitude, one to {furthest(codes):.0f}",
        f"{left[0]} candidates and {left[1]} forget gates are still saturated, down from {first[0]} and {first[1]}; "
        f"the loss is {loss(one_hot):.2f}",
        f"({len(exploding(one_hot).units)} cell states still go beyond 10;",
        f"whose loss is {loss(gru):.2f}: {tracked(gru)}",
    ]


def loss(run: Run) -> float:
    """Return the loss of the last epoch."""
    return float(logged(run.directory, "logs/loss")[run.steps[-1]])


def saturated(run: Run, signal: str, step: int | None = None) -> int:
    """Return the number of units of a signal that are saturated at a step, by default the last."""
    found = run.findings(run.steps[-1] if step is None else step)
    return len(
        {unit for one in found if one.kind.startswith("saturated") and one.signal == signal for unit in one.units}
    )


def exploding(run: Run) -> Finding:
    """Return the finding about the cell states of the last epoch."""
    return next(one for one in run.findings(run.steps[-1]) if one.kind == "exploding_state")


def furthest(run: Run) -> float:
    """Return the cell state of the last epoch that is furthest from zero."""
    states = run.load("lstm", "cell_state", run.steps[-1]).ravel()
    return float(states[abs(states).argmax()])


def tracked(run: Run) -> str:
    """Return the sentence about the unit that tracks comments best."""
    best = run.detectors(ANNOTATION, run.steps[-1], count=1)[0]
    above = [step for step in run.steps if score_above_chance(run, step, best.signal, best.unit)]
    since = next(step for step in above if set(range(step, run.steps[-1] + 1)) <= set(above))
    return (
        f"unit {best.unit}, with an AUC of {best.score:.2f} where chance reaches {best.chance:.2f} for the best of all "
        f"units. It has been above chance since the {ORDINALS[since]} epoch."
    )


def score_above_chance(run: Run, step: int, signal: str, unit: int) -> bool:
    """Return whether a unit tracks comments better than chance at a step."""
    [one] = [one for one in run.detectors(ANNOTATION, step, count=None) if (one.signal, one.unit) == (signal, unit)]
    return one.score > one.chance
