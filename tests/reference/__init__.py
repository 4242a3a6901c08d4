"""Recurrent cells in NumPy float64, written from the papers' equations: the reference for captured values."""

from tests.reference.cells import gru, lstm, simple_rnn
from tests.reference.conv import conv_lstm
from tests.reference.recurrence import Floats, Reference

__all__ = ["Floats", "Reference", "conv_lstm", "gru", "lstm", "simple_rnn"]
