"""What a user can import from the package's top level, and nothing else."""

from __future__ import annotations

import tb_rnn_plugin


def test_public_names() -> None:
    assert tb_rnn_plugin.__all__ == [
        "Probe", "RNNTimeline", "capture", "open_run", "record", "split_kernel", "weights",
    ]  # fmt: skip
    for name in tb_rnn_plugin.__all__:
        assert callable(getattr(tb_rnn_plugin, name))
        assert name in dir(tb_rnn_plugin)
