"""Counts false alarms: findings in runs that learn their task, by severity.

    python -m tests.benchmarks.false_alarms [--seed 100] [--demo LOGS]

`LOGS` is where `make demo` has put its runs, which are counted, too. Thresholds were chosen on the seeds 0 to 9.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from tb_rnn_plugin import open_run
from tb_rnn_plugin.analysis.findings import HIGH
from tb_rnn_plugin.run import Run
from tests.analysis.findings.trainings import LAYERS, TASKS, train

SEEDS = {"LSTM": 2, "GRU": 3, "SimpleRNN": 2, "stacked": 1, "bidirectional": 1}
"""How many seeds each task is trained with, by layers: 54 trainings of six tasks."""


def runs(first_seed: int) -> Iterator[tuple[str, Run]]:
    """Yield the name and run of every training that learns; those that do not are named."""
    for name, task in TASKS.items():
        for layers, count in SEEDS.items():
            for seed in range(first_seed, first_seed + count):
                with tempfile.TemporaryDirectory() as directory:
                    keras.backend.clear_session()
                    training = train(task, LAYERS[layers](task.at_each), Path(directory), seed)
                    if training.learned:
                        yield f"{name}, {layers}, seed {seed}", training.run
                    else:
                        print(f"{name}, {layers}, seed {seed}: not learned", flush=True)


def alarms(run: Run) -> Counter[tuple[str, bool]]:
    """Return at how many steps each kind is found, and whether with high severity."""
    found: Counter[tuple[str, bool]] = Counter()
    for step in run.steps:
        worst: dict[str, bool] = {}
        for finding in run.findings(step):
            worst[finding.kind] = worst.get(finding.kind, False) or finding.severity >= HIGH
        found.update(worst.items())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Counts findings in runs that learn.")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--demo", type=Path)
    options = parser.parse_args()
    demo = sorted(path.parents[1] for path in options.demo.rglob("rnn_timeline")) if options.demo else []
    total, high = 0, 0
    kinds: Counter[str] = Counter()
    for name, run in chain(((str(path), open_run(path)) for path in demo), runs(options.seed)):
        found = alarms(run)
        total += 1
        high += any(severe for _, severe in found)
        kinds.update({kind for kind, _ in found})
        steps = len(run.steps)
        listed = [f"{kind} {count}/{steps}{' HIGH' if severe else ''}" for (kind, severe), count in found.items()]
        print(f"{name}: {', '.join(listed) or 'nothing'}", flush=True)
    print(f"{total} healthy runs, {high} of them with a finding of high severity at any step.")
    print("Runs by kind of finding, of any severity: " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))


if __name__ == "__main__":
    main()
