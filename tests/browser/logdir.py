"""The log directory of the browser tests: small runs whose numbers are all known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log.schema import Array, LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tests.browser import computed
from tests.runs import gru_trace, lstm_trace

TEXT = "def f(x): # it's\n"
SAMPLES, TIMESTEPS, UNITS = 2, len(TEXT), 6
STEPS = tuple(range(12))
SHUFFLED = (2, 0, 1, 5, 3, 4)


def probe(samples: int = SAMPLES, timesteps: int = TIMESTEPS) -> ProbeBatch:
    """Return a probe of text, with one annotation of each kind."""
    text = (TEXT * (1 + timesteps // len(TEXT)))[:timesteps]
    comment = np.cumsum([char == "#" for char in text]) > 0
    depth = np.cumsum([(char == "(") - (char == ")") for char in text])
    return ProbeBatch(
        inputs={"x": np.zeros((samples, timesteps), np.float32)},
        sample_names=[f"text {i}" for i in range(samples)],
        tokens=[list(text)] * samples,
        annotations={
            "inside comment": np.tile(comment, (samples, 1)),
            "bracket depth": np.tile(depth.astype(np.float32), (samples, 1)),
        },
    )


def write_lstm(directory: Path) -> None:
    """Write the main run: two layers, twelve steps, a falling loss."""
    writer = RunWriter(directory)
    writer.write_probe(probe(), dict.fromkeys(("lstm", "encoder/lstm"), "start"))
    for step in STEPS:
        layers = [
            lstm_trace(step, SAMPLES, TIMESTEPS, UNITS),
            lstm_trace(100 + step, SAMPLES, TIMESTEPS, units=3, key="encoder/lstm"),
        ]
        writer.write_step(step, layers, logs={"loss": 3.0 / (1 + step)})


def write_masked(directory: Path) -> None:
    """Write a run with padding at the end of its second sample, less at first, and NaN, also as loss, in the end."""
    writer = RunWriter(directory)
    writer.write_probe(probe(), dict.fromkeys(("lstm", "encoder/lstm"), "start"))
    for step in (0, 3, 4):
        mask = np.ones((SAMPLES, TIMESTEPS), bool)
        mask[1, -2 if step == 0 else -4 :] = False
        layer = lstm_trace(step, SAMPLES, TIMESTEPS, UNITS, mask=mask)
        if step == 4:
            for values in layer.signals.values():
                values[:, 5, 2] = np.nan
        writer.write_step(step, [layer], logs={"loss": np.nan if step == 4 else 1.0})


def write_long(directory: Path) -> None:
    """Write a run too long to show each timestep."""
    writer = RunWriter(directory)
    writer.write_probe(probe(samples=1, timesteps=3000))
    writer.write_step(0, [lstm_trace(0, samples=1, timesteps=3000, units=4)], logs={"loss": 1.0})


def write_custom(directory: Path) -> None:
    """Write a run of a custom cell, whose states differ in width, and of a layer that is not recurrent."""
    random = np.random.default_rng(0)

    def signal(units: int) -> Array:
        return random.normal(size=(SAMPLES, TIMESTEPS, units)).astype(np.float32)

    states = {"state_0": signal(2), "state_1": signal(UNITS)}
    writer = RunWriter(directory)
    writer.write_probe(probe())
    cell = LayerTrace("rnn", "Memory", states, {}, signal(3), {name: states[name][:, 0] for name in states})
    writer.write_step(0, [cell, LayerTrace("dense", "Dense", {"output": signal(1)}, {}, None, {})], logs={"loss": 1.0})


def write_gru(directory: Path) -> None:
    """Write a run for comparison: a GRU of the same width on the same text, captured at every second epoch."""
    writer = RunWriter(directory)
    writer.write_probe(probe())
    for step in range(0, 10, 2):
        writer.write_step(step, [gru_trace(200 + step, SAMPLES, TIMESTEPS, UNITS)], logs={"loss": 2.0 / (1 + step)})


def write_wide(directory: Path) -> None:
    """Write a run of the same cell, twice as wide and half as long."""
    writer = RunWriter(directory)
    writer.write_probe(probe(timesteps=TIMESTEPS // 2))
    writer.write_step(5, [lstm_trace(300, SAMPLES, TIMESTEPS // 2, 2 * UNITS)], logs={"loss": 1.0})


def write_series(directory: Path) -> None:
    """Write a run without tokens: a numeric series, with targets and predictions at every timestep, some of classes."""
    random = np.random.default_rng(1)
    inputs, targets = random.normal(size=(2, SAMPLES, TIMESTEPS)).astype(np.float32)
    classes = random.integers(0, 20, (SAMPLES, TIMESTEPS))
    places = random.normal(size=(SAMPLES, TIMESTEPS, 2)).astype(np.float32)
    writer = RunWriter(directory)
    writer.write_probe(
        ProbeBatch(
            inputs={"price": inputs[..., np.newaxis]},
            targets={"next": targets, "label": classes, "place": places},
            sample_names=[f"day {i}" for i in range(SAMPLES)],
        )
    )
    for step in range(3):
        scores = random.dirichlet(np.ones(20), (SAMPLES, TIMESTEPS)).astype(np.float32)
        predictions = {
            "next": (targets + 0.5**step)[..., np.newaxis],
            "label": scores,
            "place": places + 0.25,
            "energy": targets**2,
        }
        writer.write_step(step, [lstm_trace(step, SAMPLES, TIMESTEPS, UNITS)], predictions, {"loss": 1.0 / (1 + step)})


def write_reshaped(directory: Path) -> None:
    """Write a run of a model that reshapes its batch: three layers, with rows of their own."""
    random = np.random.default_rng(2)
    words = ["first", "second"]
    batch = replace(probe(), sample_names=words, tokens=[[word[0]] * TIMESTEPS for word in words])
    series = random.normal(size=(SAMPLES, TIMESTEPS)).astype(np.float32)
    writer = RunWriter(directory)
    writer.write_probe(replace(batch, targets={"next": series}))
    parts = replace(lstm_trace(1, 6, TIMESTEPS, UNITS, key="parts"), row_samples=(0, 0, 0, 1, 1, 1))
    mixed = lstm_trace(2, 4, TIMESTEPS, UNITS, key="mixed")  # As in a log that says nothing of its rows.
    layers = [lstm_trace(0, SAMPLES, TIMESTEPS, UNITS, key="plain"), parts, mixed]
    writer.write_step(0, layers, {"next": series[..., np.newaxis]}, {"loss": 1.0})


def write_attention(directory: Path) -> None:
    """Write a run of layers whose second axis is not time, though as long as the tokens."""
    random = np.random.default_rng(3)
    writer = RunWriter(directory)
    writer.write_probe(probe())
    layers = [lstm_trace(0, SAMPLES, TIMESTEPS, UNITS)]
    for key, axes in {"scores": ("query", "head·key"), "custom": (None, "unit")}.items():
        values = random.normal(size=(SAMPLES, TIMESTEPS, UNITS)).astype(np.float32)
        layers.append(LayerTrace(key, "Layer", {"output": values}, {}, None, {}, axes={"output": axes}))
    writer.write_step(0, layers)


def write_seed(directory: Path) -> None:
    """Write a run from other weights, in which unit `SHUFFLED[i]` does what unit i does in the main run."""
    trace = lstm_trace(7, SAMPLES, TIMESTEPS, UNITS)
    writer = RunWriter(directory)
    writer.write_probe(probe(), {"lstm": "another start"})
    signals = {name: values[..., np.argsort(SHUFFLED)] for name, values in trace.signals.items()}
    writer.write_step(7, [replace(trace, signals=signals)], logs={"loss": 1.0})


def write_all(root: Path) -> None:
    """Write every run of the browser tests."""
    write_lstm(root / "lstm" / "rnn")
    write_masked(root / "masked" / "rnn")
    write_long(root / "long" / "rnn")
    write_custom(root / "other-cells" / "rnn")
    write_gru(root / "gru" / "rnn")
    write_wide(root / "wide" / "rnn")
    write_series(root / "series" / "rnn")
    write_reshaped(root / "reshaped" / "rnn")
    write_attention(root / "scores" / "rnn")
    write_seed(root / "seed" / "rnn")
    computed.write_all(root)
