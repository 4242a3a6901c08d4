"""The demo's probe batch: its annotations, tokens and targets."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from demo import corpus, probe_lines
from demo.probe_lines import LENGTH, annotate
from demo.snippets import SNIPPETS


def marked(source: str, marks: np.ndarray) -> str:
    return "".join(character for character, mark in zip(source, marks, strict=True) if mark)


def test_strings_and_comments() -> None:
    source = 'x = "a#b"  # say "hi"\n'
    annotations = annotate(source)
    assert marked(source, annotations.inside_string) == '"a#b"'
    assert marked(source, annotations.inside_comment) == '# say "hi"'


def test_an_f_string_is_a_string_on_every_python_version() -> None:
    source = "print(f'{a[0]}: {b}', end='')\n"
    assert marked(source, annotate(source).inside_string) == "f'{a[0]}: {b}'" + "''"


def test_bracket_depth_and_indentation() -> None:
    source = "def f(a):\n    return [(a, ')')]\n"
    annotations = annotate(source)
    second = source.index("\n") + 1
    assert annotations.bracket_depth[:second].tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 0, 0]
    assert "".join(map(str, annotations.bracket_depth[second:])) == 11 * "0" + "1" + 8 * "2" + "10"
    assert set(annotations.indentation[:second]) == {0}
    assert set(annotations.indentation[second:]) == {1}


@pytest.mark.parametrize("source", SNIPPETS)
def test_snippets_parse_and_fill_a_sample(source: str) -> None:
    ast.parse(source)
    assert len(source) >= LENGTH
    assert set(source) <= set(corpus.VOCABULARY) - {corpus.UNKNOWN}


def test_the_batch_contains_every_annotation() -> None:
    tracks = probe_lines.annotation_tracks()
    assert [track.shape for track in tracks.values()] == [(len(SNIPPETS), LENGTH)] * 4
    assert tracks["inside string"].dtype == tracks["inside comment"].dtype == np.bool_
    for flag in ("inside string", "inside comment"):
        assert 0.05 < tracks[flag].mean() < 0.6
    assert tracks["bracket depth"].max() >= 3
    assert tracks["indentation"].max() >= 2


def test_targets_are_the_tokens_shifted_by_one() -> None:
    for tokens, targets in zip(probe_lines.tokens(), probe_lines.next_tokens(), strict=True):
        assert len(targets) == LENGTH
        assert targets[:-1] == tokens[1:]
