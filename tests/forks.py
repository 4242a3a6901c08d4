"""Runs functions in separate processes, forked from one that has imported Keras: `python -m tests.forks`.

Importing TensorFlow takes seconds of CPU time. Nothing is computed before the fork, since a child lacks the threads
that TensorFlow starts when it computes for the first time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 600  # seconds until a process must have ended; it is killed then


class Forks:
    """Starts processes.

    Args:
        parent: The process that forks.
        directory: Where the output of the others goes.
    """

    def __init__(self, parent: subprocess.Popen[str], directory: Path) -> None:
        self._parent = parent
        self._directory = directory
        self._count = 0

    def start(self, function: str, variables: Mapping[str, str] | None = None, **arguments: Any) -> Fork:
        """Call a function in a new process without waiting for it.

        Args:
            function: `"module:name"`.
            variables: Environment variables of the process.
            arguments: What JSON can hold.
        """
        self._count += 1
        output = self._directory / f"{self._count}.txt"
        pid = self._ask(function=function, variables=variables or {}, arguments=arguments, output=str(output))
        return Fork(self, pid, output)

    def run(self, function: str, **arguments: Any) -> None:
        """Call a function in a new process and wait for its end.

        Raises:
            AssertionError: it failed; the message holds what it printed.
        """
        fork = self.start(function, **arguments)
        status = fork.wait()
        assert status == 0, f"{status}\n{fork.output.read_text()}"

    def wait(self, pid: int) -> int:
        return self._ask(wait=pid)

    def _ask(self, **request: Any) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        print(json.dumps(request), file=self._parent.stdin, flush=True)
        return int(self._parent.stdout.readline())


@dataclass(frozen=True)
class Fork:
    """One process that was started, and the file of what it prints."""

    forks: Forks
    pid: int
    output: Path

    def wait(self) -> int:
        """Wait for its end, and return its exit status, or the negative number of the signal that ended it."""
        return self.forks.wait(self.pid)


@contextmanager
def forks() -> Iterator[Forks]:
    """Run the process that forks; it is ended on leaving."""
    command = [sys.executable, "-m", "tests.forks"]
    with (
        tempfile.TemporaryDirectory(prefix="forks-") as directory,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent,
    ):
        yield Forks(parent, Path(directory))


def main() -> None:
    """Answer each line of JSON: a call with the new process' number, a wait with the status of its end."""
    import keras  # noqa: F401

    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            print(os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1]), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            sys.exit(_call(**request))  # As any program ends: workers of a cluster wait for each other there.
        print(pid, flush=True)


def _call(function: str, variables: Mapping[str, str], arguments: Mapping[str, Any], output: str) -> int:
    """Call a function and return the status to exit with; a signal ends the process if this takes too long."""
    signal.alarm(PATIENCE)
    file = os.open(output, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.environ.update(variables)
    module, name = function.split(":")
    try:
        getattr(import_module(module), name)(**arguments)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
