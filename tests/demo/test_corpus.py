"""The demo's vocabulary and encoding."""

from __future__ import annotations

import string

from demo import corpus
from demo.corpus import UNKNOWN, VOCABULARY, encode


def test_the_vocabulary_is_printable_ascii_with_space_and_newline_alone_of_white_space() -> None:
    assert {character for character in VOCABULARY if character.isspace()} == {" ", "\n"}
    assert set(VOCABULARY) - {" ", "\n", UNKNOWN} == {*string.ascii_letters, *string.digits, *string.punctuation}
    assert len(VOCABULARY) == len(set(VOCABULARY)) == 97


def test_codes_are_indices_into_the_vocabulary() -> None:
    text = "def f(x):\n    return 'x'  # ~\n"
    assert "".join(VOCABULARY[code] for code in encode(text)) == text


def test_all_characters_outside_the_vocabulary_share_one_code() -> None:
    assert "".join(VOCABULARY[code] for code in encode("aé漢\n\t\r\v\fb")) == f"a{UNKNOWN * 2}\n{UNKNOWN * 4}b"


def test_the_training_text_is_long_and_hardly_ever_unknown() -> None:
    codes = corpus.load()
    assert len(codes) > 1_000_000
    assert (codes == VOCABULARY.index(UNKNOWN)).mean() < 0.01
