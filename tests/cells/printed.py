"""A cell's equations as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tb_rnn_plugin.cells import CellSpec
from tb_rnn_plugin.cells.pieces import text_of


def printed(spec: CellSpec, config: Mapping[str, Any]) -> dict[str, str]:
    """Return the right sides of a cell's equations by signal, biases that a layer may not have included."""
    assert spec.equations is not None
    return {signal: text_of(equation) for signal, equation in spec.equations(config).items()}
