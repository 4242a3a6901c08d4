"""Small tasks that recurrent networks learn, and their trainings, captured by the callback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers as L  # noqa: N812

from tb_rnn_plugin import RNNTimeline, open_run
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run

SAMPLES = 512
PROBE = 8


@dataclass(frozen=True)
class Task:
    """A task: data, and the loss and the metric of a model that learns it.

    Attributes:
        make: Returns inputs and targets, from a random generator.
        loss: As `compile` takes it.
        at_each: Whether there is a target per timestep.
        outputs: How many numbers the model returns.
        activation: Of the last layer.
        tokens: How many tokens an `Embedding` has in front of the layers; 0 if inputs are numbers.
        masked: Whether 0 is padding, which is masked.
        learned: Share of the loss of a constant guess below which the task counts as learned.
    """

    make: Callable[[np.random.Generator], tuple[Array, Array]]
    loss: str = "mse"
    at_each: bool = False
    outputs: int = 1
    activation: str = "linear"
    tokens: int = 0
    masked: bool = False
    learned: float = 0.6


def adding(random: np.random.Generator) -> tuple[Array, Array]:
    """Return numbers of which two are marked, and their sum (Hochreiter & Schmidhuber 1997, section 5.4)."""
    x = random.uniform(0, 1, (SAMPLES, 12, 2))
    x[..., 1] = 0.0
    for row in x:
        row[random.choice(12, 2, replace=False), 1] = 1.0
    return x, (x[..., 0] * x[..., 1]).sum(axis=1, keepdims=True)


def parity(random: np.random.Generator) -> tuple[Array, Array]:
    """Return bits, and at each timestep whether the last two differ."""
    bits = random.integers(0, 2, (SAMPLES, 20, 1)).astype(np.float64)
    return 2 * bits - 1, np.abs(bits - np.roll(bits, 1, axis=1))


def copying(random: np.random.Generator) -> tuple[Array, Array]:
    """Return numbers, and at each timestep the number three timesteps ago."""
    x = random.uniform(-1, 1, (SAMPLES, 20, 1))
    return x, np.roll(x, 3, axis=1) * (np.arange(20) >= 3)[:, None]


def sine(random: np.random.Generator) -> tuple[Array, Array]:
    """Return waves of random phase and frequency, and the value after the last."""
    phase, step = random.uniform(0, 6.3, (SAMPLES, 1)), random.uniform(0.2, 0.5, (SAMPLES, 1))
    waves = np.sin(phase + step * np.arange(31))
    return waves[:, :30, None], waves[:, 30:]


def tagging(random: np.random.Generator) -> tuple[Array, Array]:
    """Return padded tokens, and of each whether it or the one before is even."""
    tokens = padded(random.integers(1, 20, (SAMPLES, 25)), random)
    even = tokens % 2 == 0
    return tokens, (even | np.roll(even, 1, axis=1))[..., None]


def sentiment(random: np.random.Generator) -> tuple[Array, Array]:
    """Return padded tokens, and whether more of them are low than high."""
    tokens = padded(random.integers(1, 20, (SAMPLES, 25)), random)
    return tokens, (((tokens > 0) & (tokens < 10)).sum(axis=1) > (tokens >= 10).sum(axis=1))[:, None]


def padded(tokens: Array, random: np.random.Generator) -> Array:
    """Return tokens with 0 from a random place on."""
    return np.where(np.arange(tokens.shape[1]) < random.integers(5, tokens.shape[1], (len(tokens), 1)), tokens, 0)


_OF_TOKENS: dict[str, Any] = {
    "loss": "binary_crossentropy",
    "activation": "sigmoid",
    "tokens": 20,
    "masked": True,
    "learned": 0.9,
}
TASKS = {
    "adding": Task(adding),
    "parity": Task(parity, "binary_crossentropy", at_each=True, activation="sigmoid"),
    "copying": Task(copying, at_each=True),
    "sine": Task(sine),
    "tagging": Task(tagging, at_each=True, **_OF_TOKENS),
    "sentiment": Task(sentiment, **_OF_TOKENS),
}

LAYERS: dict[str, Callable[[bool], Sequence[Any]]] = {
    "LSTM": lambda at_each: [L.LSTM(16, return_sequences=at_each)],
    "GRU": lambda at_each: [L.GRU(16, return_sequences=at_each)],
    "SimpleRNN": lambda at_each: [L.SimpleRNN(16, return_sequences=at_each)],
    "stacked": lambda at_each: [
        L.LSTM(12, return_sequences=True),
        L.GRU(12, return_sequences=True),
        L.LSTM(12, return_sequences=at_each),
    ],
    "bidirectional": lambda at_each: [L.Bidirectional(L.LSTM(10, return_sequences=at_each))],
}
"""By name, the recurrent layers of a model, as a function of whether all timesteps are returned."""


@dataclass(frozen=True)
class Training:
    """What came of a training.

    Attributes:
        run: The captured run.
        learned: Whether the loss fell below the task's share of that of a constant guess.
    """

    run: Run
    learned: bool


def train(
    task: Task, layers: Sequence[Any], log_dir: Path, seed: int = 0, epochs: int = 12, rate: float = 1e-2
) -> Training:
    """Train a model of some layers on a task, and capture it at every epoch."""
    keras.utils.set_random_seed(seed)
    x, y = task.make(np.random.default_rng(seed))
    x, y = x.astype(np.int32 if task.tokens else np.float32), y.astype(np.float32)
    front = [L.Embedding(task.tokens, 8, mask_zero=task.masked)] if task.tokens else []
    model = keras.Sequential(
        [keras.Input(x.shape[1:]), *front, *layers, L.Dense(task.outputs, activation=task.activation)]
    )
    model.compile(keras.optimizers.Adam(rate), task.loss, jit_compile=False)
    timeline = RNNTimeline(log_dir, probe=x[:PROBE], targets=y[:PROBE], gradients=True)
    history = model.fit(x, y, batch_size=32, epochs=epochs, verbose=0, callbacks=[timeline])
    guess = np.full_like(y, y.mean())
    constant = float(np.mean(keras.ops.convert_to_numpy(keras.losses.get(task.loss)(y, guess))))
    loss = history.history["loss"][-1]
    return Training(open_run(log_dir / "rnn"), bool(loss < task.learned * constant))
