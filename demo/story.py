"""Prints a summary of the trained runs, before the tab opens."""

from __future__ import annotations

from pathlib import Path

from tb_rnn_plugin import open_run

ANNOTATION = "inside comment"


def print_summary(log_dir: Path, names: list[str]) -> None:
    """Print each run's worst saturation finding, and the unit that tracks comments best."""
    for name in names:
        run = open_run(log_dir / name / "rnn")
        step = run.steps[-1]
        saturated = [finding for finding in run.findings(step) if finding.kind in ("saturated_low", "saturated_high")]
        best = run.detectors(ANNOTATION, step, count=1)[0]
        verdict = "above chance" if best.score > best.chance else "not above chance"
        print(f"\n{name}, after epoch {step}")
        print(f"  {saturated[0].message}" if saturated else "  No unit is saturated.")
        print(
            f"  Best detector of “{ANNOTATION}”: unit {best.unit}, {best.signal.replace('_', ' ')}, "
            f"AUC {best.score:.2f}, {verdict} ({best.chance:.2f})."
        )
