"""The entry point, which TensorBoard imports when it starts: light, so that nothing of ours can stop it."""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

from tensorboard.plugins import base_plugin

from tb_rnn_plugin.log.layout import PLUGIN_NAME

if TYPE_CHECKING:
    from tb_rnn_plugin.server.plugin import RNNTimelinePlugin

_log = logging.getLogger("tb_rnn_plugin")

SAMPLES = 1000
"""Steps of each summary that TensorBoard keeps for us. Its own default is 10 (100 in the fast reader), and the
steps it drops are the early ones as much as the late. A thousand steps of 100 timesteps take 5 MB a signal."""


class RNNTimelineLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Loads the plugin, and asks TensorBoard to keep more of its summaries."""

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Set how many steps TensorBoard keeps of our summaries, unless the user has said so."""
        if isinstance(flags.samples_per_plugin, dict):
            flags.samples_per_plugin.setdefault(PLUGIN_NAME, SAMPLES)

    def load(self, context: base_plugin.TBContext) -> RNNTimelinePlugin | None:
        """Import and return the plugin; None, and TensorBoard goes on without it, if that fails."""
        try:
            from tb_rnn_plugin.server.plugin import RNNTimelinePlugin

            return RNNTimelinePlugin(context)
        except Exception:
            _log.exception("The RNN Timeline tab could not be loaded; TensorBoard starts without it.")
            return None
