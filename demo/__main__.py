"""`make demo`: train two LSTMs and a GRU on Python's own source, then start TensorBoard on their logs."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

LOG_DIR = Path("logs") / "demo"


def main() -> None:
    """Train the networks, and serve their logs."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--serve", type=int, choices=(0, 1), default=1, help="0: train and stop (default: 1)")
    arguments = parser.parse_args()

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # Hides TensorFlow's messages about the processor.
    from demo import corpus, train
    from demo.story import print_summary

    shutil.rmtree(LOG_DIR, ignore_errors=True)
    text = corpus.load()
    for network in train.NETWORKS:
        train.train(network, LOG_DIR / network.name, text)
    print_summary(LOG_DIR, [network.name for network in train.NETWORKS])
    if arguments.serve:
        from demo.serve import serve

        serve(LOG_DIR, [f"{network.name}/rnn" for network in train.NETWORKS])
    else:
        print(f"\nThe runs are in {LOG_DIR}: tensorboard --logdir {LOG_DIR}")


if __name__ == "__main__":
    main()
