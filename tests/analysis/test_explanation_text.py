"""How an explanation reads in a terminal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tb_rnn_plugin.analysis import Contribution, Explanation
from tb_rnn_plugin.analysis.explanation import Part
from tb_rnn_plugin.cells.expression import Application, Expression, Input, Sum, Value, weight_symbols
from tb_rnn_plugin.cells.pieces import text_of

X, H = Input("x"), Value("h", signal="hidden_state", before=True)
Z, G, OUT, C = (Value(letter, signal=letter) for letter in "zgoc")
H_PREV = Value("h", "prev", signal="hidden_state", before=True)


def biased(letter: str) -> Sum:
    w, u, b, _ = weight_symbols("gate", letter)
    return w @ X + u @ H + b


GATE = Explanation(
    layer="encoder/lstm",
    signal="forget_gate",
    sample=2,
    timestep=40,
    unit=7,
    step=3,
    left=Value("f", signal="forget_gate"),
    right=Application("sigmoid", biased("f")),
    activation="sigmoid",
    value=0.6224593312018546,
    captured=0.62255859375,
    pre_activation=0.5,
    terms=(Part("input", 0.75), Part("recurrent", -1.25), Part("bias", 1.0)),
    contributions=(
        Contribution("recurrent", 12, weight=-2.5, activity=0.6, value=-1.5),
        Contribution("input", 1, weight=0.5, activity=1.5, value=0.75),
        Contribution("recurrent", 3, weight=0.25, activity=1.0, value=0.25),
    ),
)

STATE = Explanation(
    layer="gru",
    signal="hidden_state",
    unit=0,
    left=Value("h", signal="hidden_state"),
    right=Z * H_PREV + (1 - Z) * G,
    activation=None,
    value=-0.15,
    captured=-0.15,
    terms=(Part("z * h_prev", 0.225, Z * H_PREV), Part("(1 - z) * g", -0.375, (1 - Z) * G)),
    letters={Z: 0.25, H_PREV: 0.9, G: -0.5},
)


def one_term(term: Expression) -> Explanation:
    return replace(STATE, right=term, terms=(Part(text_of(term), 0.5, term),), letters={OUT: 0.6, C: 1.2}, value=0.5)


def test_a_gate() -> None:
    assert str(GATE).splitlines() == [
        "encoder/lstm forget_gate: step 3, sample 2, timestep 40, unit 7",
        "",
        "  f = sigmoid(W_f x + U_f h + b_f)",
        "    = sigmoid(0.75 - 1.25 + 1)",
        "    = sigmoid(0.5)",
        "    = 0.6225    (captured: 0.6226)",
        "",
        "  input            0.75",
        "  recurrent       -1.25",
        "  bias                1",
        "",
        "All contributions, weight * activity:",
        "  recurrent unit 12        -1.5  =       -2.5 *        0.6",
        "  input feature 1          0.75  =        0.5 *        1.5",
        "  recurrent unit 3         0.25  =       0.25 *          1",
    ]


def test_a_state() -> None:
    assert str(STATE).splitlines() == [
        "gru hidden_state: sample 0, timestep 0, unit 0",
        "",
        "  h = z * h_prev + (1 - z) * g",
        "    = 0.25 * 0.9 + (1 - 0.25) * -0.5",
        "    = 0.225 - 0.375",
        "    = -0.15    (captured: -0.15)",
        "",
        "  z * h_prev        0.225",
        "  (1 - z) * g      -0.375",
    ]


def test_a_state_of_one_term_and_a_sum_without_activation_repeat_nothing() -> None:
    assert str(one_term(OUT * Application("tanh", C))).splitlines()[2:5] == [
        "  h = o * tanh(c)",
        "    = 0.6 * tanh(1.2)",
        "    = 0.5    (captured: -0.15)",
    ]
    linear = replace(
        GATE, left=G, right=Application("linear", biased("g")), activation="linear", value=0.5, captured=0.5
    )
    assert str(linear).splitlines()[2:5] == [
        "  g = W_g x + U_g h + b_g",
        "    = 0.75 - 1.25 + 1",
        "    = 0.5    (captured: 0.5)",
    ]


def test_a_function_named_like_a_letter_stays_a_function() -> None:
    assert str(one_term(OUT * Application("custom:c", C))).splitlines()[3] == "    = 0.6 * c(1.2)"


def test_ten_of_many_contributions() -> None:
    many = tuple(Contribution("recurrent", k, 1.0, value, value) for k, value in enumerate(np.linspace(9, 1, 140)))
    lines = str(replace(GATE, contributions=many)).splitlines()
    assert "The 10 strongest of 140 contributions, weight * activity:" in lines
    assert sum(line.startswith("  recurrent unit ") for line in lines) == 10


def test_a_layer_without_a_name() -> None:
    assert str(replace(GATE, layer="", step=None)).startswith("forget_gate: sample 2, timestep 40, unit 7\n")
