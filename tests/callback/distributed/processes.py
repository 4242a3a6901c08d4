"""Runs the programs of this folder in separate processes, alone or as a cluster, with a time limit."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE = 600.0  # seconds until all processes must have ended

Task = tuple[str, int]


def run_program(program: str, *arguments: object) -> None:
    """Run one program to its end.

    Raises:
        AssertionError: it failed, or took too long; the message holds what it printed.
    """
    _run({program: _command(program, *arguments)}, {program: {}})


def run_cluster(program: str, roles: Mapping[str, int], directory: Path) -> None:
    """Run a program once for each task of a cluster on loopback, with a directory, and wait for all of them.

    Args:
        program: Its name in this folder.
        roles: How many tasks there are of each type, `{"worker": 2}`.
        directory: What each is given as its first argument.

    Raises:
        AssertionError: one failed, or took too long; the message holds what they printed.
    """
    tasks = [(role, index) for role, count in roles.items() for index in range(count)]
    addresses = dict(zip(tasks, _free_addresses(len(tasks)), strict=True))
    cluster = {role: [addresses[role, index] for index in range(count)] for role, count in roles.items()}
    configs = {task: {"cluster": cluster, "task": {"type": task[0], "index": task[1]}} for task in tasks}
    _run(
        {spell(task): _command(program, directory) for task in tasks},
        {spell(task): {"TF_CONFIG": json.dumps(config)} for task, config in configs.items()},
    )


def spell(task: Task) -> str:
    """Return a task's name, `worker-0`."""
    return f"{task[0]}-{task[1]}"


def _command(program: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.callback.distributed.{program}", *map(str, arguments)]


def _free_addresses(count: int) -> list[str]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for held in sockets:
            held.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{held.getsockname()[1]}" for held in sockets]


def _run(commands: Mapping[str, list[str]], variables: Mapping[str, Mapping[str, str]]) -> None:
    """Run commands in parallel; if one is late, end all."""
    processes = {
        name: subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **variables[name]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in commands.items()
    }
    deadline, printed = time.monotonic() + PATIENCE, {}
    try:
        for name, process in processes.items():
            printed[name] = process.communicate(timeout=max(0.0, deadline - time.monotonic()))[0]
    except subprocess.TimeoutExpired:
        printed[name] = f"did not end within {PATIENCE} seconds"
    finally:
        for name, process in processes.items():
            if process.poll() is None:
                process.kill()
                printed[name] = f"{printed.get(name, 'was ended with the others')}\n{process.communicate()[0]}"
    codes = {name: process.returncode for name, process in processes.items()}
    assert not any(codes.values()), f"{codes}\n" + "\n".join(f"--- {name}\n{text}" for name, text in printed.items())
