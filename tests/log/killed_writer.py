"""Forks writers and kills them at random moments: `python -m tests.log.killed_writer LOG_DIR`.

Each line read is a first step. A forked process resumes the run there until it is killed, and the steps that it
reported as done are printed as JSON. TensorFlow is not imported, so that forking is safe and fast.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log.directories import claim_run
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import lstm_trace, probe

SAMPLES, TIMESTEPS, UNITS = 2, 32, 640
"""One megabyte per step, so that many kills interrupt the writing of a file."""

_POOL: dict[int, LayerTrace] = {}


def written(step: int) -> LayerTrace:
    """Return the trace written at a step: one of seven, each generated once."""
    seed = step % 7
    if seed not in _POOL:
        _POOL[seed] = lstm_trace(seed, SAMPLES, TIMESTEPS, UNITS)
    return _POOL[seed]


def predicted(step: int) -> dict[str, Array]:
    """Return the predictions of a step, which identify it."""
    return {"output": np.full((SAMPLES, 1), step, np.float32)}


def write(log_dir: Path, first: int, reports: int) -> None:
    """Write step after step, and report each when it is done."""
    batch = probe(SAMPLES, TIMESTEPS)
    writer = RunWriter(claim_run(log_dir, first, "epoch", batch.inputs), dtype="float32")
    writer.write_probe(batch)
    step = first
    while True:
        writer.write_step(step, [written(step)], predicted(step), {"loss": float(step)})
        os.write(reports, step.to_bytes(4, "little"))
        step += 1


def main() -> None:
    log_dir, moments = Path(sys.argv[1]), np.random.default_rng(5)
    for step in range(7):
        written(step)
    longest = 0.1
    for line in sys.stdin:
        read_end, write_end = os.pipe()
        child = os.fork()
        if not child:
            try:
                write(log_dir, int(line), write_end)
            finally:
                os._exit(1)
        os.close(write_end)
        deadline = time.monotonic() + moments.uniform(0, longest)
        reported = b""
        while (left := deadline - time.monotonic()) > 0:
            if select.select([read_end], [], [], left)[0]:
                reported += os.read(read_end, 4)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself"
        while rest := os.read(read_end, 4096):
            reported += rest
        os.close(read_end)
        steps = np.frombuffer(reported, "<u4").tolist()
        # Adapt to the machine: about half of the writers should be killed within their first step.
        longest *= 0.9 if steps else 1.1
        print(json.dumps(steps), flush=True)


if __name__ == "__main__":
    main()
