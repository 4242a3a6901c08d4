"""Records a run without training: `python -m tests.log.recorder LOG_DIR NUMBER`.

The first line read opens the run, each further line writes a step. Each is answered with `done` or `failed`.
"""

from __future__ import annotations

import sys
import warnings
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tb_rnn_plugin.log.forecast import Forecast
from tb_rnn_plugin.log.schema import LayerTrace
from tb_rnn_plugin.recording import Recording
from tests.runs import lstm_trace, probe


def recorded(number: int, step: int) -> LayerTrace:
    """Return the trace that the process with this number writes at a step."""
    return lstm_trace(100 * number + step)


def capture(number: int, step: int) -> Any:
    return SimpleNamespace(traces=[recorded(number, step)], predictions={})


def main() -> None:
    warnings.simplefilter("always")
    log_dir, number = Path(sys.argv[1]), int(sys.argv[2])
    recording = Recording(log_dir, probe(), "epoch", "float16")
    sys.stdin.readline()
    recording.open(0, Forecast(0, 0), None)
    print("done", flush=True)
    for step, _ in enumerate(sys.stdin):
        failures = recording.failures
        recording.write(step, partial(capture, number, step), {"loss": 1.0})
        print("failed" if recording.failures > failures else "done", flush=True)
    recording.close()


if __name__ == "__main__":
    main()
