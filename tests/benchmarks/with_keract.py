"""Prints how many milliseconds keract takes for the measured network; runs in a Python with Keras 2."""

from __future__ import annotations

import keract

from tests.benchmarks.measure import milliseconds
from tests.benchmarks.networks import batch, network

if __name__ == "__main__":
    model, inputs = network(), batch(8)
    print(*milliseconds(lambda: keract.get_activations(model, inputs), rounds=10))
