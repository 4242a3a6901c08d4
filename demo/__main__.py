"""`make demo`: train an LSTM and a GRU on Python's own source, then open TensorBoard on them."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

LOG_DIR = Path("logs") / "demo"


def main() -> None:
    """Train both networks, and serve what they logged."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--serve", type=int, choices=(0, 1), default=1, help="0: train and stop (default: 1)")
    arguments = parser.parse_args()

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets with pages about the processor.
    from demo import corpus, train

    shutil.rmtree(LOG_DIR, ignore_errors=True)
    text = corpus.load()
    names = [f"{cell}-{train.UNITS}" for cell in train.CELLS]
    for cell, name in zip(train.CELLS, names, strict=True):
        train.train(cell, LOG_DIR / name, text)
    if arguments.serve:
        from demo.serve import serve

        serve(LOG_DIR, [f"{name}/rnn" for name in names])
    else:
        print(f"The runs are in {LOG_DIR}: tensorboard --logdir {LOG_DIR}")


if __name__ == "__main__":
    main()
