"""Every CellSpec against itself."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from typing import Any

import pytest

from tb_rnn_plugin.cells import CellSpec, cell_specs, find_spec
from tb_rnn_plugin.cells.activations import ACTIVATIONS
from tb_rnn_plugin.cells.expression import Application, MatrixProduct, Value, Weight, walk
from tb_rnn_plugin.cells.pieces import pieces_of, text_of

EVERY = pytest.mark.parametrize("spec", cell_specs(), ids=lambda spec: spec.name)


def configs(spec: CellSpec) -> list[dict[str, Any]]:
    """Return every way to configure a cell that changes its equations."""
    values = {"activation": ("tanh", "linear"), "recurrent_activation": ("sigmoid",)}
    choices = product(*(values.get(key, (True, False)) for key in spec.config))
    return [dict(zip(spec.config, choice, strict=True)) for choice in choices]


def test_the_cells_are_found_in_their_modules() -> None:
    assert {"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"} <= {s.name for s in cell_specs()}
    assert all(find_spec(spec.name) is spec for spec in cell_specs())
    assert find_spec("Mine") is None


def test_they_are_known_without_keras() -> None:
    code = "import sys, tb_rnn_plugin.cells; print({'keras', 'tensorflow', 'tensorboard'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@EVERY
def test_names_are_consistent(spec: CellSpec) -> None:
    signals, letters = [s.name for s in spec.signals], [s.letter for s in spec.signals]
    assert len(set(signals)) == len(signals) == len(set(letters))
    assert {*spec.states, *spec.columns} <= set(signals)
    assert spec.keeps is None or spec.keeps in spec.columns
    for signal in spec.signals:
        assert spec.signal(signal.name) is signal
        assert signal.state in spec.states
        assert signal.state == signal.name or signal.name not in spec.states
        assert signal.activation is None or signal.activation in spec.config
        assert signal.meaning
        assert not signal.meaning.endswith(".")


@EVERY
def test_equations_are_of_what_there_is(spec: CellSpec) -> None:
    assert (spec.equations is None) == (spec.backward is None)
    if spec.equations is None:
        return
    for config in configs(spec):
        equations = spec.equations(config)
        assert list(equations) == [signal.name for signal in spec.signals]
        for signal in spec.signals:
            nodes = list(walk(equations[signal.name]))
            assert any(isinstance(node, MatrixProduct) for node in nodes) == (signal.name in spec.columns)
            assert {node.gate for node in nodes if isinstance(node, Weight)} <= {signal.name}
            for node in nodes:
                if isinstance(node, Value):
                    assert spec.signal(node.signal) is not None
                    assert not node.before or node.signal in spec.states
                if isinstance(node, Application):
                    assert node.function in ACTIVATIONS
            if signal.activation:
                assert isinstance(nodes[0], Application)
                assert nodes[0].function == config[signal.activation]


@EVERY
def test_pieces_are_the_text(spec: CellSpec) -> None:
    for config in configs(spec) if spec.equations else []:
        assert spec.equations is not None
        for equation in spec.equations(config).values():
            pieces = pieces_of(equation)
            assert "".join(map(str, pieces)) == text_of(equation)
            assert all(piece.text for piece in pieces)
