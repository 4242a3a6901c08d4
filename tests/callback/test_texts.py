"""Tokens, sample names and annotations in every form in which programs hold them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import open_run
from tb_rnn_plugin.run import Run
from tests.callback.test_bad_arguments import refused
from tests.callback.training import fit, timeline, tiny_model

WORDS = [["ab", "é", "→"], ["d", "", "fg"]]
TEXTS = ["abc", "dé→"]
BYTES = [[word.encode() for word in row] for row in WORDS]

TOKENS: Mapping[str, tuple[Any, list[list[str]]]] = {
    "lists": (WORDS, WORDS),
    "tuples": (tuple(map(tuple, WORDS)), WORDS),
    "lists of bytes": (BYTES, WORDS),
    "strings": (TEXTS, [list(text) for text in TEXTS]),
    "bytes": ([text.encode() for text in TEXTS], [list(text) for text in TEXTS]),
    "NumPy strings": (np.array(WORDS), WORDS),
    "NumPy bytes": (np.array(BYTES), WORDS),
    "NumPy objects": (np.array(WORDS, object), WORDS),
    "NumPy objects of bytes": (np.array(BYTES, object), WORDS),
    "NumPy array of texts": (np.array(TEXTS), [list(text) for text in TEXTS]),
    "tensor": (tf.constant(WORDS), WORDS),
    "tensor of texts": (tf.constant(TEXTS), [list(text) for text in TEXTS]),
    "list of tensors": ([tf.constant(row) for row in WORDS], WORDS),
    "list of scalars": ([tf.constant(text) for text in TEXTS], [list(text) for text in TEXTS]),
    "lists of scalars": ([[tf.constant(word) for word in row] for row in WORDS], WORDS),
    "ragged": (tf.ragged.constant(WORDS), WORDS),
    "unicode_split": (tf.strings.unicode_split(TEXTS, "UTF-8"), [list(text) for text in TEXTS]),
    "list of unicode_split": (
        [tf.strings.unicode_split(text, "UTF-8") for text in TEXTS],
        [list(text) for text in TEXTS],
    ),
    "data set": (tf.data.Dataset.from_tensor_slices(WORDS), WORDS),
    "generator": ((row for row in WORDS), WORDS),
    "no UTF-8": ([[b"a", b"\xff", b"\xc3"], ["b", "c", "d"]], [["a", r"\xff", r"\xc3"], ["b", "c", "d"]]),
    "indices": (np.array([[1, 2, 3], [4, 5, 6]]), [["1", "2", "3"], ["4", "5", "6"]]),
    "tensor of indices": (tf.constant([[1, 2, 3], [4, 5, 6]]), [["1", "2", "3"], ["4", "5", "6"]]),
}

NAMES: Mapping[str, Any] = {
    "list": ["one", "zwö"],
    "bytes": [b"one", "zwö".encode()],
    "NumPy bytes": np.array([b"one", "zwö".encode()]),
    "NumPy objects of bytes": np.array([b"one", "zwö".encode()], object),
    "tensor": tf.constant(["one", "zwö"]),
    "list of tensors": [tf.constant("one"), tf.constant("zwö")],
    "variable": tf.Variable(["one", "zwö"]),
}

FLAGS = [[True, False, True], [False, False, True]]
ANNOTATIONS: Mapping[str, Any] = {
    "list": FLAGS,
    "tensor": tf.constant(FLAGS),
    "list of tensors": [tf.constant(row) for row in FLAGS],
    "ragged": tf.ragged.constant(FLAGS),
    "variable": tf.Variable(FLAGS),
}
NUMBERS: Mapping[str, Any] = {
    "bfloat16": tf.constant([[1, 2, 3], [4, 5, 6]], tf.bfloat16),
    "int64": tf.constant([[1, 2, 3], [4, 5, 6]], tf.int64),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """One fit, with a callback for each form."""
    logs = tmp_path_factory.mktemp("logs")
    options: dict[str, dict[str, Any]] = {f"tokens {form}": {"tokens": tokens} for form, (tokens, _) in TOKENS.items()}
    options |= {f"names {form}": {"sample_names": names} for form, names in NAMES.items()}
    options["annotations"] = {"annotations": {**ANNOTATIONS, **NUMBERS}}
    fit(tiny_model(), [timeline(logs / name, **given) for name, given in options.items()])
    return {name: open_run(logs / name / "rnn") for name in options}


@pytest.mark.parametrize("form", TOKENS)
def test_tokens(runs: dict[str, Run], form: str) -> None:
    assert runs[f"tokens {form}"].probe.tokens == TOKENS[form][1]


@pytest.mark.parametrize("form", NAMES)
def test_sample_names(runs: dict[str, Run], form: str) -> None:
    assert runs[f"names {form}"].probe.sample_names == ["one", "zwö"]


def test_annotations(runs: dict[str, Run]) -> None:
    logged = runs["annotations"].probe.annotations
    for form in ANNOTATIONS:
        assert logged[form].dtype == bool
        assert logged[form].tolist() == FLAGS
    for form in NUMBERS:
        assert logged[form].tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tokens": tf.strings.unicode_split(["abc", "de"], "UTF-8")}, ["got 2 for sample 1", "pad shorter samples"]),
        ({"tokens": tf.constant([[["a"], ["b"], ["c"]]] * 2)}, ["[sample, time]", "of shape (2, 3, 1)"]),
        ({"tokens": tf.sparse.from_dense([[1, 2, 3]] * 2)}, ["[sample, time]", "got a SparseTensor of shape (2, 3)"]),
        ({"tokens": 3}, ["[sample, time]", "got a int"]),
        ({"sample_names": tf.constant([["a"], ["b"]])}, ["one string per sample", "of shape (2, 1)"]),
        ({"annotations": {"flag": tf.ragged.constant([[True, True, True], [False]])}}, ["'flag'", "bools or numbers"]),
        ({"annotations": {"flag": tf.constant([["1", "2", "3"]] * 2)}}, ["'flag'", "bools or numbers"]),
        ({"annotations": {"flag": np.ones((2, 3), complex)}}, ["'flag'", "bools or numbers", "complex128"]),
    ],
    ids=["too short", "three axes", "sparse", "number", "names by sample", "ragged", "strings", "complex"],
)
def test_what_is_no_text_is_refused(tmp_path: Path, options: dict[str, Any], words: list[str]) -> None:
    refused(lambda: timeline(tmp_path, **options), ValueError, *words)


def test_inputs_beyond_ascii(tmp_path: Path) -> None:
    """A model that reads strings: its inputs are stored, and a resumed fit finds the same probe."""
    split = keras.layers.TextVectorization(output_sequence_length=3, vocabulary=["é", "→"])
    model = keras.Sequential(
        [keras.Input((), dtype="string"), split, keras.layers.Embedding(4, 2), keras.layers.SimpleRNN(2, name="rnn")]
    )
    model.compile("sgd", "mse")
    texts = tf.constant(["é →", "→ é é"])
    for probe in (texts, np.array(["é →", "→ é é"]), np.array([text.encode() for text in ("é →", "→ é é")], object)):
        for first in (0, 1):
            callback = timeline(tmp_path, probe)
            model.fit(texts, np.zeros((2, 2)), epochs=first + 1, initial_epoch=first, callbacks=[callback], verbose=0)
    assert [run.name for run in sorted(tmp_path.iterdir())] == ["rnn", "rnn-2", "rnn-3"]
    for run in tmp_path.iterdir():
        assert open_run(run).probe.inputs["input"].tolist() == ["é →", "→ é é"]
        assert open_run(run).steps == [0, 1]
