"""The demo's annotations, against what a person sees in the snippets."""

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


def test_an_f_string_is_a_string_on_every_python() -> None:
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
def test_snippets_are_python_that_fills_a_sample(source: str) -> None:
    ast.parse(source)
    assert len(source) >= LENGTH
    assert corpus.VOCABULARY[-1] not in source


def test_the_batch_shows_something_of_everything() -> None:
    tracks = probe_lines.annotation_tracks()
    assert [track.shape for track in tracks.values()] == [(len(SNIPPETS), LENGTH)] * 4
    assert tracks["inside string"].dtype == tracks["inside comment"].dtype == np.bool_
    for flag in ("inside string", "inside comment"):
        assert 0.05 < tracks[flag].mean() < 0.6
    assert tracks["bracket depth"].max() >= 3
    assert tracks["indentation"].max() >= 2


def test_characters_unlike_all_others_have_one_code() -> None:
    codes = corpus.encode("aé漢\n")
    assert codes[1] == codes[2] == len(corpus.VOCABULARY) - 1
    assert corpus.VOCABULARY[codes[0]] == "a"
    assert corpus.VOCABULARY[codes[3]] == "\n"


def test_the_targets_are_the_tokens_one_character_on() -> None:
    for shown, wanted in zip(probe_lines.tokens(), probe_lines.next_tokens(), strict=True):
        assert len(wanted) == LENGTH
        assert wanted[:-1] == shown[1:]
