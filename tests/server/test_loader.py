"""What the plugin asks of TensorBoard when it starts."""

from __future__ import annotations

import argparse

from tb_rnn_plugin.server.loader import SAMPLES, RNNTimelineLoader


def fixed(samples: object) -> object:
    flags = argparse.Namespace(samples_per_plugin=samples)
    RNNTimelineLoader().fix_flags(flags)
    return flags.samples_per_plugin


def test_more_steps_are_kept_unless_the_user_says_how_many() -> None:
    assert fixed({}) == {"rnn_timeline": SAMPLES}
    assert fixed({"scalars": 5}) == {"scalars": 5, "rnn_timeline": SAMPLES}
    assert fixed({"rnn_timeline": 0}) == {"rnn_timeline": 0}
    assert fixed(None) is None
