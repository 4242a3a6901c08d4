"""`fit` on two devices of one machine, in a separate process."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf


def train(directory: str) -> None:
    """Train with the callback, which writes to a directory."""
    one = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(one, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["/cpu:0", "/cpu:1"])
    assert strategy.num_replicas_in_sync == 2

    from tests.callback.distributed.network import BATCH_SIZE, EPOCHS, KeepsWeights, X, Y, new_network, timeline

    with strategy.scope():
        model = new_network()
    callbacks = [timeline(Path(directory, "logs")), KeepsWeights(Path(directory, "fit.npz"))]
    model.fit(X, Y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=callbacks)
