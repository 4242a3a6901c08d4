"""The entry point. TensorBoard imports it when it starts, and an import error would stop it: imports are few."""

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
"""Steps of each summary that TensorBoard keeps for this plugin. Its default is 10 (100 in the fast reader), sampled
from all steps. A thousand steps of 100 timesteps take 5 MB per signal."""


class RNNTimelineLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Loads the plugin, and makes TensorBoard keep more of its summaries."""

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Set how many steps of our summaries TensorBoard keeps, unless the user set it."""
        if isinstance(flags.samples_per_plugin, dict):
            flags.samples_per_plugin.setdefault(PLUGIN_NAME, SAMPLES)

    def load(self, context: base_plugin.TBContext) -> RNNTimelinePlugin | None:
        """Import and return the plugin, or return None if that fails: TensorBoard then starts without it."""
        try:
            from tb_rnn_plugin.server.plugin import RNNTimelinePlugin

            return RNNTimelinePlugin(context)
        except Exception:
            _log.exception("The RNN Timeline tab could not be loaded; TensorBoard starts without it.")
            return None
