"""Which epochs or batches are captured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Schedule:
    """When to capture.

    Args:
        update_freq: `"epoch"`, or N for every N batches.
        every: N for every N epochs.

    Raises:
        ValueError: one of them is invalid.
    """

    update_freq: str | int
    every: int

    def __post_init__(self) -> None:
        by_batch = _is_count(self.update_freq)
        if self.update_freq != "epoch" and not by_batch:
            raise ValueError(f'update_freq must be "epoch" or a number of batches from 1, got {self.update_freq!r}.')
        if not _is_count(self.every):
            raise ValueError(f"every must be a number of epochs from 1, got {self.every!r}.")
        if by_batch and self.every != 1:
            raise ValueError(
                f"every counts epochs and goes with update_freq='epoch', got every={self.every} and "
                f"update_freq={self.update_freq}: give one of the two."
            )

    @property
    def unit(self) -> str:
        """What a step counts, `"epoch"` or `"batch"`."""
        return "epoch" if self.update_freq == "epoch" else "batch"

    def takes(self, step: int) -> bool:
        """Return whether a step, an epoch or a global batch index, is captured."""
        return step % self._stride == 0

    def takes_epoch(self, epoch: int) -> bool:
        """Return whether an epoch is captured at its end."""
        return self.unit == "epoch" and self.takes(epoch)

    def takes_batches(self, before: int, after: int) -> bool:
        """Return whether one of the batches from `before` up to, not including, `after` is captured; global indices."""
        return self.unit == "batch" and self.count(before, after) > 0

    def count(self, first: int, end: int) -> int:
        """Return how many epochs, or global batch indices, from `first` up to, not including, `end` are captured."""
        return len(range(-(-first // self._stride) * self._stride, end, self._stride))

    @property
    def _stride(self) -> int:
        return self.every if self.unit == "epoch" else int(self.update_freq)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
