"""A log directory that grows under a TensorBoard."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.tensorboard_process import TensorBoard


@dataclass(frozen=True)
class Growing:
    """A TensorBoard and its log directory, to which each module adds runs of its own names.

    A TensorBoard takes longer to start than to find new runs.
    """

    board: TensorBoard
    logs: Path

    @property
    def address(self) -> str:
        return self.board.address

    def wait_for_runs(self, *runs: str) -> None:
        self.board.wait_for_runs(*runs)
