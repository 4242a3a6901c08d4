"""What the log of a training on any devices must hold."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from tb_rnn_plugin import Probe, open_run
from tests.callback.distributed.network import EPOCHS, PROBE, TARGETS, kept_weights, new_network


def assert_one_run(log_dir: Path) -> None:
    """Assert that a directory holds one run, written by one writer, with each epoch once."""
    assert [path.name for path in log_dir.iterdir()] == ["rnn"]
    assert open_run(log_dir / "rnn").steps == list(range(EPOCHS))
    [events] = (log_dir / "rnn").glob("*tfevents*")
    loader = LegacyEventFileLoader(str(events))
    logged = Counter((value.tag, event.step) for event in loader.Load() for value in event.summary.value)
    assert {("signals/low/cell_state", step) for step in range(EPOCHS)} <= set(logged)
    assert set(logged.values()) == {1}


def assert_values(run_directory: Path, weights: Path) -> None:
    """Assert that the log of each epoch is what a plain model with that epoch's weights computes."""
    run, model = open_run(run_directory), new_network(counting=False)
    probe, seen = Probe(model, PROBE, targets=TARGETS, jit_compile=False), []
    for step in range(EPOCHS):
        model.set_weights(kept_weights(weights, step))
        captured = probe()
        assert list(run.layers) == list(captured)
        for layer, signals in captured.items():
            for name, values in signals.items():
                np.testing.assert_allclose(run.load(layer, name, step), values, atol=1e-6)
            stored = run.trace(layer, step).weights
            assert {name: values.tolist() for name, values in stored.items()} == {
                variable.name: variable.numpy().tolist() for variable in model.get_layer(layer).cell.weights
            }
            for name, values in signals.gradients.items():
                assert np.abs(values).max() > 1e-3
                np.testing.assert_allclose(run.gradient(layer, name, step), values, atol=1e-6)
        seen.append(run.load("high", "hidden_state", step))
    assert all(np.abs(a - b).max() > 1e-3 for a, b in pairwise(seen)), "nothing was learned"
