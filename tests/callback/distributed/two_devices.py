"""A program: `fit` on two devices of one machine. Its argument is a directory."""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow as tf


def main(directory: Path) -> None:
    """Train with the callback."""
    one = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(one, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["/cpu:0", "/cpu:1"])
    assert strategy.num_replicas_in_sync == 2

    from tests.callback.distributed.network import BATCH_SIZE, EPOCHS, KeepsWeights, X, Y, new_network, timeline

    with strategy.scope():
        model = new_network()
    callbacks = [timeline(directory / "logs"), KeepsWeights(directory / "fit.npz")]
    model.fit(X, Y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=callbacks)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
