"""What the three runs have to tell, in a few lines before the tab is opened."""

from __future__ import annotations

from pathlib import Path

from tb_rnn_plugin import open_run

ANNOTATION = "inside comment"


def tell(log_dir: Path, names: list[str]) -> None:
    """Print of each run the worst finding, and the unit that tracks comments best."""
    for name in names:
        run = open_run(log_dir / name / "rnn")
        step = run.steps[-1]
        saturated = [one for one in run.findings(step) if one.kind in ("saturated_low", "saturated_high")]
        best = run.detectors(ANNOTATION, step, count=1)[0]
        verdict = "beyond chance" if best.score > best.chance else "no better than chance"
        print(f"\n{name}, after epoch {step}")
        print(f"  {saturated[0].message}" if saturated else "  No unit is saturated.")
        print(
            f"  Best at “{ANNOTATION}”: unit {best.unit}, {best.signal.replace('_', ' ')}, AUC {best.score:.2f}, "
            f"{verdict} ({best.chance:.2f})."
        )
