"""An explanation as data: what the tab gets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tb_rnn_plugin.analysis import Explanation, explain
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.queries.explanation import describe_explanation
from tests.analysis.traces import FORMS, reference_trace

FIELDS = {
    "layer", "signal", "sample", "timestep", "step", "unit", "read_before", "value", "captured", "recomputed",
    "not_recomputed", "pre_activation", "activation", "left", "sides", "numbers", "parts", "contributions",
}  # fmt: skip
MINUS, PRIME = "\N{MINUS SIGN}", "\N{PRIME}"
ASCII = str.maketrans({MINUS: "-", "·": "*", PRIME: "'"})


def plain(text: str) -> dict[str, Any]:
    return {"text": text, "sub": None, "signal": None, "before": False}


def letter(text: str, sub: str | None = None, signal: str | None = None, before: bool = False) -> dict[str, Any]:
    return {"text": text, "sub": sub, "signal": signal, "before": before}


def explained(form: str, signal: str, **options: Any) -> Explanation:
    return explain(reference_trace(form, **options), signal, sample=1, timestep=3, unit=2)


def sent(explanation: Explanation) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(wire.json(describe_explanation(explanation)))
    return answer


def as_text(pieces: list[dict[str, Any]]) -> str:
    return "".join(piece["text"] + (f"_{piece['sub']}" if piece["sub"] else "") for piece in pieces).translate(ASCII)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("activation", ["tanh", "linear", "softsign"])
def test_what_is_printed_is_what_is_sent(form: str, activation: str) -> None:
    for signal in reference_trace(form).signals:
        explanation = explained(form, signal, activation=activation)
        answer = sent(explanation)
        assert set(answer) == FIELDS
        printed = str(explanation).split("\n\n")[1].splitlines()
        sides = [line.partition(" = ")[2] for line in printed]
        assert printed[0].strip().partition(" = ")[0] == as_text(answer["left"])
        assert sides[:-1] == [as_text(side) for side in answer["sides"]]
        assert sides[-1].startswith(f"{answer['value']:.4g} ")
        assert {part["name"]: part["value"] for part in answer["parts"]} == explanation.parts
        assert {as_text(one["pieces"]): one["value"] for one in answer["numbers"]} == explanation.numbers


def test_a_gate_in_letters() -> None:
    answer = sent(explained("LSTM", "forget_gate"))
    assert answer["left"] == [letter("f", signal="forget_gate")]
    assert answer["sides"][0] == [
        plain("sigmoid("), letter("W", "f"), plain(" "), letter("x"), plain(" + "),
        letter("U", "f"), plain(" "), letter("h", signal="hidden_state", before=True), plain(" + "),
        letter("b", "f"), plain(")"),
    ]  # fmt: skip
    assert [len(side) for side in answer["sides"][1:]] == [1, 1]
    assert [part["pieces"] for part in answer["parts"]] == [[plain(n)] for n in ("input", "recurrent", "bias")]
    assert (answer["numbers"], answer["recomputed"], answer["not_recomputed"]) == ([], True, None)


def test_a_state_in_letters_and_numbers() -> None:
    explanation = explained("LSTM", "cell_state")
    answer = sent(explanation)
    f, c_prev = letter("f", signal="forget_gate"), letter("c", "prev", "cell_state", before=True)
    i, g = letter("i", signal="input_gate"), letter("g", signal="candidate")
    assert answer["sides"][0] == [f, plain(" · "), c_prev, plain(" + "), i, plain(" · "), g]
    assert [one["pieces"] for one in answer["numbers"]] == [[f], [c_prev], [i], [g]]
    assert [(one["signal"], one["before"]) for one in answer["numbers"]] == [
        ("forget_gate", False), ("cell_state", True), ("input_gate", False), ("candidate", False),
    ]  # fmt: skip
    assert [part["pieces"] for part in answer["parts"]] == [[f, plain(" · "), c_prev], [i, plain(" · "), g]]
    assert answer["pre_activation"] is None
    for side in answer["sides"][1:]:
        [piece] = side
        assert "-" not in piece["text"]
        assert "*" not in piece["text"]


def test_a_reset_candidate_in_letters() -> None:
    config = {"activation": "custom:swing", "recurrent_activation": "sigmoid", "reset_after": True}
    explanation = explained("GRU", "candidate", config=config)
    answer = sent(explanation)
    assert answer["sides"][0] == [
        plain("swing("), letter("W", "g"), plain(" "), letter("x"), plain(" + "), letter("b", "g"), plain(" + "),
        letter("r", signal="reset_gate"), plain(" · ("),
        letter("U", "g"), plain(" "), letter("h", signal="hidden_state", before=True), plain(" + "),
        letter(f"b{PRIME}", "g"), plain("))"),
    ]  # fmt: skip
    assert (answer["activation"], answer["recomputed"]) == ("custom:swing", False)
    assert answer["not_recomputed"] == "as captured: custom:swing is not recomputed"
    assert f"({answer['not_recomputed']})" in str(explanation)
    assert answer["value"] == answer["captured"]
