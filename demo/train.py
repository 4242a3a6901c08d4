"""Trains one character model with the RNNTimeline callback."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from demo import corpus, probe_lines
from demo.progress import OneBar
from tb_rnn_plugin import RNNTimeline

UNITS = 96
EPOCHS = 12
SEQUENCES = 1600  # per epoch
TIMESTEPS = 100
BATCH = 50
LEARNING_RATE = 1e-2


@dataclass(frozen=True)
class Network:
    """One of the networks that the demo compares.

    Attributes:
        name: The name of its run.
        cell: The recurrent layer.
        one_hot: Whether characters are one-hot encoded. If not, the input is the character's code, a number up to 96: a
            common mistake, which the findings reveal.
    """

    name: str
    cell: type[keras.layers.RNN]
    one_hot: bool = True


NETWORKS = (
    Network("lstm-96", keras.layers.LSTM),
    Network("gru-96", keras.layers.GRU),
    Network("lstm-96-codes", keras.layers.LSTM, one_hot=False),
)


def train(network: Network, log_dir: Path, text: NDArray[np.int32]) -> None:
    """Train a model to predict the next character, and log its gates at every epoch.

    Args:
        network: The network to train.
        log_dir: The log directory of its run.
        text: Character codes, `[character]`.
    """
    keras.utils.set_random_seed(1)
    model = build(network)
    timeline = RNNTimeline(
        log_dir,
        probe=np.stack([corpus.encode(sample) for sample in probe_lines.tokens()]),
        targets=np.stack([corpus.encode(sample) for sample in probe_lines.next_tokens()]),
        gradients=True,
        tokens=probe_lines.tokens(),
        annotations=probe_lines.annotation_tracks(),
    )
    progress = OneBar(network.name)
    model.fit(Windows(text), epochs=EPOCHS, verbose=0, callbacks=[timeline, progress])


def build(network: Network) -> Any:
    """Return a compiled model: encoded characters, a recurrent layer, and the next character's probabilities."""
    size = len(corpus.VOCABULARY)
    # With one-hot encoding, each input feature is one character.
    table = np.eye(size) if network.one_hot else np.arange(size)[:, None]
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(size, table.shape[1], weights=[table], trainable=False),
            network.cell(UNITS, return_sequences=True),
            keras.layers.Dense(size, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy")
    return model


class Windows(keras.utils.PyDataset):  # type: ignore[misc]
    """Random windows of the text, new ones in every epoch; the targets are the same windows, shifted by one."""

    def __init__(self, text: NDArray[np.int32]) -> None:
        super().__init__()
        self._text = text
        self._random = np.random.default_rng(1)

    def __len__(self) -> int:
        return SEQUENCES // BATCH

    def __getitem__(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        starts = self._random.integers(0, len(self._text) - TIMESTEPS - 1, BATCH)
        windows = self._text[starts[:, None] + np.arange(TIMESTEPS + 1)]
        return windows[:, :-1], windows[:, 1:]
