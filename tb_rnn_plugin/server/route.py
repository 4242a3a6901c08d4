"""What one row of the table of routes says, and which files an answer comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.server.parameters import Parameter
from tb_rnn_plugin.server.queries.served_run import ServedRun

Values: TypeAlias = Mapping[str, Any]
"""The parsed parameters of a request by name."""


@dataclass(frozen=True)
class Source:
    """The files that an answer comes from: while they are unchanged, so is the answer.

    Attributes:
        description: A clause for `http_api.md`.
        files: Returns the names of these files in the trace directory of a run.
    """

    description: str
    files: Callable[[ServedRun, Values], Sequence[str]]


def _probe_and(steps: Sequence[int]) -> list[str]:
    return [layout.PROBE_FILE, *map(layout.step_file, steps)]


STEP_ALONE = Source("the step's file", lambda run, values: [layout.step_file(values["step"])])
PROBE_AND_STEP = Source("the probe's and the step's file", lambda run, values: _probe_and([values["step"]]))
PROBE_AND_STEPS_SO_FAR = Source(
    "the probe's file and those of the step and all before it",
    lambda run, values: _probe_and([step for step in run.steps if step <= values["step"]]),
)
PROBE_AND_ALL_STEPS = Source("the probe's file and those of all steps", lambda run, values: _probe_and(run.steps))


@dataclass(frozen=True)
class ArrayInfo:
    """One array of an answer, or a group of arrays.

    Attributes:
        name: Its name; a part in angle brackets, as in `norms/<state>`, stands for any name.
        dtype: Its dtype in the safetensors layout; several are separated by " or ".
        shape: Its axes, `[timesteps, units]`; empty brackets for a single number.
        meaning: What it holds, with units.
        optional: Whether an answer may lack it.
    """

    name: str
    dtype: str
    shape: str
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Arrays:
    """An answer of named arrays in the safetensors layout.

    Attributes:
        arrays: What it holds.
        metadata: The header's `__metadata__`.
    """

    arrays: tuple[ArrayInfo, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Json:
    """An answer in JSON. Its type is the one that the query declares to return."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route.

    Attributes:
        name: The path below the plugin's own.
        summary: What it answers, in a line of Markdown.
        parameters: What it takes.
        source: The files that the answer comes from; None for an answer without an ETag.
        answer: The form of the answer.
        query: Makes the answer. It gets the run that the parameter `run` names, or a list of all runs if there is no
            such parameter, and the other parameters by name.
        computed: Whether the answer takes computation, so that it is worth keeping; only with a `source`.
        notes: What else a caller must know; Markdown.
    """

    name: str
    summary: str
    parameters: tuple[Parameter[Any], ...] = ()
    source: Source | None = None
    answer: Arrays | Json
    query: Callable[..., Any]
    computed: bool = True
    notes: str = ""

    def parse(self, arguments: Mapping[str, str]) -> dict[str, Any]:
        """Return the parsed parameters by name; others in the request are ignored.

        Raises:
            InvalidArgumentError: a parameter is missing or malformed.
        """
        return {parameter.name: parameter.read(arguments) for parameter in self.parameters}
