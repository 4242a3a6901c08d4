"""Writes the example run of the current version: `python -m tests.log.formats.write`.

Run it once per version, in the commit that raises `VERSION`. Runs of earlier versions are never written again: they
stand for the logs that users have on disk.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tb_rnn_plugin import RNNTimeline, open_run
from tb_rnn_plugin.log.layout import VERSION
from tests.log.formats.content import content

FOLDER = Path(__file__).parent
SAMPLES, TIMESTEPS, FEATURES, UNITS = 2, 4, 2, 2


def write(directory: Path) -> None:
    """Train a masked LSTM and GRU for two epochs, with everything that a run can contain."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((TIMESTEPS, FEATURES)),
            keras.layers.Masking(),
            keras.layers.LSTM(UNITS, return_sequences=True, name="lstm"),
            keras.layers.GRU(UNITS, name="gru"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.SGD(0.5), "mse")
    random = np.random.default_rng(2)
    x = random.normal(size=(SAMPLES, TIMESTEPS, FEATURES)).astype("float32")
    x[1, 3:] = 0.0
    y = x.sum(axis=(1, 2))[:, None]
    timeline = RNNTimeline(
        directory,
        x,
        targets=y,
        gradients=True,
        tokens=["abcd", "efg_"],
        annotations={"vowel": [[True, False, False, False]] * SAMPLES, "depth": [[0.0, 0.5, 1.0, 1.5]] * SAMPLES},
        sample_names=["first", "second"],
    )
    model.fit(x, y, epochs=2, verbose=0, callbacks=[timeline])


def main() -> None:
    """Write the run and, beside it, its content as JSON."""
    folder = FOLDER / f"v{VERSION}"
    folder.mkdir()
    write(folder)
    [events] = (folder / "rnn").glob("*tfevents*")
    events.rename(events.with_name("events.out.tfevents.0.v2"))  # The original name contains the host name.
    document: dict[str, Any] = content(open_run(folder / "rnn"))
    lines = [f"{json.dumps(name)}: {json.dumps(part)}" for name, part in document.items()]
    (folder / "content.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
