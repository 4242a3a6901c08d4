"""The ConvLSTM: Shi et al. 2015 without peepholes, the LSTM's equations with convolutions for products.

Its values are not explained, nor is their reach measured: a unit reads a neighbourhood of a map.
"""

from __future__ import annotations

from dataclasses import replace

from tb_rnn_plugin.cells.lstm import LSTM
from tb_rnn_plugin.cells.spec import register

CONV_LSTM = {
    rank: register(replace(LSTM, name=f"ConvLSTM{rank}D", equations=None, backward=None)) for rank in (1, 2, 3)
}
"""By the rank of the maps."""
