"""One progress bar for a whole fit."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import keras


class OneBar(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows Keras' progress bar once for all batches of all epochs, instead of once per epoch.

    Args:
        title: The name to print above the bar.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Show an empty bar."""
        print(f"Training {self._title}: {self.params['epochs']} epochs")
        self._done = 0
        # A moving bar needs a terminal; without one, print a single line at the end.
        verbose = 1 if sys.stdout.isatty() else 2
        self._bar = keras.utils.Progbar(
            self.params["epochs"] * self.params["steps"], verbose=verbose, stateful_metrics=["loss"]
        )

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Advance the bar."""
        self._done += 1
        self._bar.update(self._done, [("loss", (logs or {})["loss"])])
