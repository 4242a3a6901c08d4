"""Starts TensorBoard, waits until it lists the runs, and prints the link to open."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

FIRST_PORT = 6006
TIMEOUT = 60.0  # seconds


def serve(log_dir: Path, runs: list[str]) -> None:
    """Run TensorBoard until interrupted.

    Args:
        log_dir: TensorBoard's log directory.
        runs: Names of the runs to wait for; the link opens the first.

    Raises:
        SystemExit: TensorBoard ended, or did not list the runs in time.
    """
    port = free_port()
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir), "--port", str(port)]
    tensorboard = subprocess.Popen(  # noqa: S603 - no untrusted input
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(f"http://localhost:{port}", set(runs), tensorboard)
        print(f"\n  Open  {link(port, runs[0])}\n\n  Press Ctrl+C to stop TensorBoard.", flush=True)
        tensorboard.communicate()
    except KeyboardInterrupt:
        print()
    finally:
        tensorboard.terminate()
        tensorboard.wait()


def link(port: int, run: str) -> str:
    """Return the URL of the tab with a run selected."""
    return f"http://localhost:{port}/#rnn_timeline&p.rnn_timeline.run={urllib.parse.quote(run, safe='')}"


def free_port() -> int:
    """Return TensorBoard's default port, or the next free one."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise SystemExit(f"Ports {FIRST_PORT} to {FIRST_PORT + 99} are all in use: stop a TensorBoard and try again.")


def wait_for(address: str, runs: set[str], tensorboard: subprocess.Popen[str]) -> None:
    """Wait until TensorBoard at `address` lists all `runs`."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        if tensorboard.poll() is not None:
            _, errors = tensorboard.communicate()
            raise SystemExit(f"TensorBoard ended:\n{errors}")
        try:
            with urllib.request.urlopen(f"{address}/data/plugin/rnn_timeline/runs") as response:  # noqa: S310
                if runs <= {run["name"] for run in json.load(response)["runs"]}:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass  # Not listening yet.
        time.sleep(0.2)
    raise SystemExit(f"TensorBoard did not list {', '.join(sorted(runs))} within {TIMEOUT:.0f} seconds.")
