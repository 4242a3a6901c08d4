"""One worker of a cluster, which trains in a custom loop, in a separate process."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf


def train(directory: str) -> None:
    """Try `fit`, which fails, then train with the callback, all workers in step; all write to a directory."""
    # First of all: this makes the process a part of the cluster.
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    assert strategy.num_replicas_in_sync == 2
    resolver = strategy.cluster_resolver
    me = f"{resolver.task_type}-{resolver.task_id}"

    import keras

    from tests.callback.distributed.network import BATCH_SIZE, EPOCHS, KeepsWeights, X, Y, new_network, timeline

    with strategy.scope():
        model = new_network()
    try:
        model.fit(X, Y, batch_size=BATCH_SIZE, verbose=0)
        Path(directory, f"{me}.fit.txt").write_text("")
    except Exception as error:
        Path(directory, f"{me}.fit.txt").write_text(str(error))

    callbacks = keras.callbacks.CallbackList(
        [timeline(Path(directory, me)), KeepsWeights(Path(directory, f"{me}.npz"))], model=model, epochs=EPOCHS
    )
    data = strategy.experimental_distribute_dataset(tf.data.Dataset.from_tensor_slices((X, Y)).batch(BATCH_SIZE))
    with strategy.scope():  # As `fit` does first: makes the metrics of each output's loss.
        model._symbolic_build(data_batch=(X[:1], {name: values[:1] for name, values in Y.items()}))

    train = tf.function(lambda batch: strategy.run(model.train_step, args=(batch,)), jit_compile=False)
    callbacks.on_train_begin()
    for epoch in range(EPOCHS):
        callbacks.on_epoch_begin(epoch)
        for step, batch in enumerate(data):
            logs = train(batch)
            callbacks.on_train_batch_end(step, logs)
        callbacks.on_epoch_end(epoch, {"loss": float(epoch)})
    callbacks.on_train_end()
