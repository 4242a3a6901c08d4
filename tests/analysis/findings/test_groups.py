"""Findings of one cause are one group."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.analysis.findings import HIGH, Finding, find, group
from tb_rnn_plugin.analysis.findings.finding import Kind, Rule
from tests.analysis.findings.networks import synthetic, with_gradients


def finding(kind: str, layer: str, weight: float = 0.5, group: str = "", signal: str = "hidden_state") -> Finding:
    rule = Rule(kind=Kind(kind, 0, weight), rule="", source="", advice="", not_a_fault="")
    return rule.finding(layer, signal, f"{kind} of {layer}", steps=(0,), share=1.0, group=group)


def test_one_group_for_many_layers_and_signals_with_the_worst_first() -> None:
    worst, *others = (finding("dead_units", str(place), 0.9 - place / 100) for place in range(30))
    other = finding("frozen", "0", 0.5)
    groups = group([worst, *others, other])
    assert [(one.title, one.more, len(one.findings)) for one in groups] == [
        ("dead units", "29 more in 29 layers", 30),
        ("frozen", "", 1),
    ]
    assert groups[0].findings == (worst, *others)
    assert groups[0].severity == worst.severity
    assert [one.high for one in groups] == [True, False]
    assert group([finding("a", "x", HIGH)])[0].high


def test_more_of_one_layer_names_it() -> None:
    [one] = group([finding("dead_units", "0"), finding("dead_units", "1"), finding("dead_units", "1", signal="b")])
    assert one.more == "2 more in 1"


def test_kinds_of_one_cause_are_one_group() -> None:
    [one] = group([finding("vanishing_depth", "a", group="depth"), finding("dead_units", "b", group="depth")])
    assert (one.title, one.more) == ("depth", "1 more in b")


def test_an_effect_is_in_the_group_of_its_cause_about_the_same_layer() -> None:
    unreached = finding("unreached_by_loss", "a", group="not reached by the loss")
    frozen_a, frozen_b = finding("frozen", "a"), finding("frozen", "b")
    assert [one.findings for one in group([unreached, frozen_a, frozen_b])] == [(unreached, frozen_a), (frozen_b,)]
    none = finding("no_gradient", "b")
    assert [one.findings for one in group([none, frozen_a, frozen_b])] == [(none, frozen_a, frozen_b)]
    assert [one.title for one in group([frozen_a])] == ["frozen"]


def test_a_run_without_findings_has_no_groups() -> None:
    assert group([]) == ()


def test_a_deep_stack_is_one_group_with_the_activity_that_fades() -> None:
    """Each layer hands on a fifth of what it reads, and of the gradient."""
    values = np.random.default_rng(0).uniform(-1, 1, (4, 20, 6))
    layers = []
    for place in range(12):
        read = 0.1 * 0.2**place * values
        layer = synthetic(0.2 * read, key=f"rnn_{place}", inputs=read, reads=(f"rnn_{place - 1}",) if place else ())
        layers.append(with_gradients(layer, hidden_state=0.2 ** (11 - place) * np.ones_like(values)))
    groups = group(find(0, [0], {0: layers}.__getitem__))
    assert [(one.title, one.more) for one in groups if one.title != "duplicate units"] == [
        ("vanishing through depth", "11 more in 11 layers"),
    ]
    assert groups[0].findings[0].kind == "vanishing_depth"
