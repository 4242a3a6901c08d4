"""Runs a function in several processes that are a cluster to TensorFlow."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack

from tests.forks import Forks


def run_cluster(forks: Forks, function: str, roles: Mapping[str, int], **arguments: str) -> None:
    """Call a function once for each task of a cluster on loopback, side by side, and wait for all of them.

    Args:
        forks: What starts the processes.
        function: `"module:name"`.
        roles: How many tasks there are of each type, `{"worker": 2}`.
        arguments: The same for every task.

    Raises:
        AssertionError: one failed, or took too long; the message holds what they printed.
    """
    tasks = [(role, index) for role, count in roles.items() for index in range(count)]
    addresses = dict(zip(tasks, _free_addresses(len(tasks)), strict=True))
    cluster = {role: [addresses[role, index] for index in range(count)] for role, count in roles.items()}
    started = {}
    for role, index in tasks:
        config = {"cluster": cluster, "task": {"type": role, "index": index}}
        started[f"{role}-{index}"] = forks.start(function, {"TF_CONFIG": json.dumps(config)}, **arguments)
    statuses = {name: fork.wait() for name, fork in started.items()}
    printed = "\n".join(f"--- {name}\n{fork.output.read_text()}" for name, fork in started.items())
    assert not any(statuses.values()), f"{statuses}\n{printed}"


def _free_addresses(count: int) -> list[str]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for held in sockets:
            held.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{held.getsockname()[1]}" for held in sockets]
