"""One progress bar for a whole training."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import keras


class OneBar(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows Keras' own progress bar over all batches of all epochs, where Keras would show one per epoch.

    Args:
        title: What is trained.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Show an empty bar."""
        print(f"Training {self._title}: {self.params['epochs']} epochs")
        self._done = 0
        # A bar that moves needs a terminal; elsewhere one line at the end is enough.
        verbose = 1 if sys.stdout.isatty() else 2
        self._bar = keras.utils.Progbar(
            self.params["epochs"] * self.params["steps"], verbose=verbose, stateful_metrics=["loss"]
        )

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Move the bar."""
        self._done += 1
        self._bar.update(self._done, [("loss", (logs or {})["loss"])])
