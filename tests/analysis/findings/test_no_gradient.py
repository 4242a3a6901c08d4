"""Layers without any gradient, and those that have one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tb_rnn_plugin.log.schema import LayerTrace
from tests.analysis.findings.networks import SAMPLES, TIMESTEPS, UNITS, findings, synthetic, trace_of, with_gradients

SHAPE = (SAMPLES, TIMESTEPS, UNITS)


def trained(seed: int, gradient: float, key: str = "rnn") -> LayerTrace:
    """Return a layer whose values differ from seed to seed, with a gradient of this size."""
    values = np.random.default_rng(seed).uniform(-1, 1, SHAPE)
    return with_gradients(synthetic(values, key=key), hidden_state=np.full(SHAPE, gradient))


def test_no_layer_has_a_gradient() -> None:
    [found] = findings([trained(0, 0.0), trained(1, 0.0, "upper")])["no_gradient"]
    assert (found.layer, found.signal, found.steps) == ("upper", "gradient:hidden_state", (0,))
    assert found.message == (
        "The gradient of the loss is 0 in all 2 layers, in all samples at all timesteps, since epoch 0, the first that "
        "was captured."
    )
    assert found.severity == pytest.approx(0.9)


def test_a_gradient_that_was_there_before() -> None:
    """A loss that has been met has no gradient, either: not severe."""
    [found] = findings(trained(0, 1.0), trained(1, 0.0), trained(2, 0.0), unit="batch")["no_gradient"]
    assert "in layer 'rnn', in all samples at all timesteps, since batch 10. It was not at batch 0: " in found.message
    assert found.steps == (10, 20)
    assert found.severity == pytest.approx(0.9 * 0.2)


def test_steps_that_cannot_be_read_and_steps_without_gradients_are_not_known() -> None:
    [found] = findings(trained(0, 1.0), trained(1, 0.0), [], trained(3, 0.0))["no_gradient"]
    assert found.steps == (10, 30)
    assert "since epoch 10. It was not at epoch 0: " in found.message
    without: list[list[LayerTrace]] = [[], [replace(trained(0, 0.0), gradients={})]]
    for unknown in without:
        [found] = findings(unknown, trained(1, 0.0))["no_gradient"]
        assert found.message.endswith("since epoch 10; no gradients of an earlier epoch can be read.")
        assert found.severity == pytest.approx(0.9 * 0.2)
    [found] = findings(trained(0, 0.0), [], trained(2, 0.0))["no_gradient"]
    assert found.message.endswith("since epoch 0, the first that was captured.")


def test_one_layer_of_two_has_none() -> None:
    found = findings([trained(0, 0.5), trained(1, 0.0, "upper")])
    [unreached] = found["unreached_by_loss"]
    assert (unreached.layer, unreached.title) == ("upper", "not reached by the loss")
    assert f"while that in rnn has a norm of {0.5 * np.sqrt(UNITS):.1e}" in unreached.message
    assert "no_gradient" not in found


def test_a_gradient_too_small_for_a_number_vanished_through_depth() -> None:
    """The layer above, which reads it, has almost none."""
    layers = [
        replace(trained(0, 0.0), reads=()),
        replace(trained(1, 1e-9, "middle"), reads=("rnn",)),
        replace(trained(2, 1.0, "upper"), reads=("middle",)),
    ]
    assert {"vanishing_depth"} == set(findings(layers))
    layers[1] = replace(trained(1, 1.0, "middle"), reads=("rnn",))
    assert {"unreached_by_loss"} == set(findings(layers))


def test_padding_and_layers_without_gradients_are_not_zero() -> None:
    masked = with_gradients(trace_of(mask=np.zeros(SHAPE[:2], np.bool_)), hidden_state=np.full(SHAPE, np.nan))
    assert findings(masked) == {}
    assert findings([synthetic(np.random.default_rng(0).uniform(-1, 1, SHAPE))]) == {}
