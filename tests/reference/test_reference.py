"""The reference, against numbers worked out by hand: one unit, one feature, few steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.reference import conv_lstm, gru, lstm, simple_rnn
from tests.reference.activations import BY_NAME, linear
from tests.reference.conv import convolve

ONE = [[[1.0], [2.0], [4.0]]]
"""One sample, three timesteps, one feature."""


def test_simple_rnn_adds_up_by_hand() -> None:
    """h = 10 x + h / 2 + 1: 11, 26.5, 54.25."""
    result = simple_rnn(ONE, [[10.0]], [[0.5]], [1.0], activation=linear)
    assert result.signals["hidden_state"].ravel().tolist() == [11.0, 26.5, 54.25]
    assert result.final[0].tolist() == [[54.25]]


def test_simple_rnn_starts_from_the_given_state() -> None:
    result = simple_rnn(ONE, [[10.0]], [[0.5]], activation=linear, initial_states=[[[100.0]]])
    assert result.signals["hidden_state"].ravel().tolist() == [60.0, 50.0, 65.0]


def test_a_masked_step_is_nan_and_carries_the_state_on() -> None:
    result = simple_rnn(ONE, [[1.0]], [[1.0]], activation=linear, mask=np.array([[True, False, True]]))
    np.testing.assert_array_equal(result.signals["hidden_state"].ravel(), [1.0, np.nan, 5.0])


def test_backwards_reads_the_last_step_first_and_keeps_the_time_axis() -> None:
    result = simple_rnn(ONE, [[1.0]], [[1.0]], activation=linear, go_backwards=True)
    assert result.signals["hidden_state"].ravel().tolist() == [7.0, 6.0, 4.0]
    assert result.final[0].tolist() == [[7.0]]


def test_lstm_columns_are_input_forget_candidate_output() -> None:
    """With linear activations i = x, f = 10 x, g = 100 x, o = 1000 x."""
    result = lstm(ONE, [[1.0, 10.0, 100.0, 1000.0]], np.zeros((1, 4)), activation=linear, recurrent_activation=linear)
    first = {name: float(values[0, 0, 0]) for name, values in result.signals.items()}
    assert first == {
        "input_gate": 1.0,
        "forget_gate": 10.0,
        "candidate": 100.0,
        "output_gate": 1000.0,
        "cell_state": 100.0,  # 10 * 0 + 1 * 100
        "hidden_state": 100_000.0,  # 1000 * 100
    }
    assert result.signals["cell_state"][0, 1, 0] == 20.0 * 100.0 + 2.0 * 200.0


def test_an_lstm_that_only_remembers_keeps_its_cell_state() -> None:
    """Forget gate open, input gate shut."""
    bias = [-1000.0, 1000.0, 0.0, 0.0]
    with np.errstate(over="ignore"):
        result = lstm(ONE, np.zeros((1, 4)), np.zeros((1, 4)), bias, initial_states=[[[0.0]], [[3.0]]])
    assert result.signals["cell_state"].ravel().tolist() == [3.0, 3.0, 3.0]
    np.testing.assert_allclose(result.signals["hidden_state"].ravel(), 0.5 * np.tanh(3.0))


@pytest.mark.parametrize(("reset_after", "candidate"), [(False, 1.0 + 2.0 * 0.5 * 3.0), (True, 1.0 + 0.5 * 6.0)])
def test_gru_by_hand_in_one_unit(reset_after: bool, candidate: float) -> None:
    """z = r = 1/2, h = 3, g = 1 x + …: in one unit and without a second bias both variants agree."""
    result = gru(
        [[[1.0]]],
        [[0.0, 0.0, 1.0]],
        [[0.0, 0.0, 2.0]],
        reset_after=reset_after,
        activation=linear,
        initial_states=[[[3.0]]],
    )
    assert result.signals["update_gate"].item() == result.signals["reset_gate"].item() == 0.5
    assert result.signals["candidate"].item() == candidate
    assert result.signals["hidden_state"].item() == 0.5 * 3.0 + 0.5 * candidate


def test_gru_variants_differ_where_units_mix() -> None:
    """r = (0, 1): reset before, `(r h) U`, drops the first state; reset after, `r (h U)`, drops the first candidate."""
    kernel, swap = np.zeros((1, 6)), np.hstack([np.zeros((2, 4)), [[0.0, 1.0], [1.0, 0.0]]])
    bias = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    before = gru(
        [[[0.0]]], kernel, swap, bias, reset_after=False, activation=linear, recurrent_activation=linear,
        initial_states=[[[5.0, 7.0]]],
    )  # fmt: skip
    after = gru(
        [[[0.0]]], kernel, swap, [bias, np.zeros(6)], reset_after=True, activation=linear, recurrent_activation=linear,
        initial_states=[[[5.0, 7.0]]],
    )  # fmt: skip
    assert before.signals["candidate"].ravel().tolist() == [7.0, 0.0]
    assert after.signals["candidate"].ravel().tolist() == [0.0, 5.0]


def test_gru_applies_its_second_bias_inside_the_reset() -> None:
    """g = 1 + r (0 + 10), r = sigma(0) = 1/2."""
    result = gru(
        [[[0.0]]], np.zeros((1, 3)), np.zeros((1, 3)), [[0, 0, 1.0], [0, 0, 10.0]], reset_after=True, activation=linear
    )
    assert result.signals["candidate"].item() == 6.0


@pytest.mark.parametrize(
    ("name", "at_minus_two", "at_half"),
    [
        ("sigmoid", 0.11920292202211755, 0.6224593312018546),
        ("tanh", -0.9640275800758169, 0.46211715726000973),
        ("hard_sigmoid", 1 / 6, 3.5 / 6),
        ("hard_tanh", -1.0, 0.5),
        ("softsign", -2 / 3, 1 / 3),
        ("relu", 0.0, 0.5),
        ("linear", -2.0, 0.5),
    ],
)
def test_activations(name: str, at_minus_two: float, at_half: float) -> None:
    np.testing.assert_allclose(BY_NAME[name](np.array([-2.0, 0.5])), [at_minus_two, at_half], rtol=1e-15)


@pytest.mark.parametrize(
    ("window", "options", "wanted"),
    [
        ([1, 10], {}, [21, 42]),
        ([1, 10], {"padding": "same"}, [21, 42, 4]),  # The odd zero stands at the end.
        ([1, 10, 100], {"padding": "same"}, [210, 421, 42]),
        ([1, 10], {"padding": "same", "strides": [2]}, [21, 4]),
        ([1], {"strides": [2]}, [1, 4]),
        ([1, 10], {"dilation": [2]}, [41]),
        ([1, 10], {"padding": "same", "dilation": [2]}, [20, 41, 2]),
    ],
    ids=str,
)
def test_convolution_in_one_dimension(window: list[int], options: dict[str, Any], wanted: list[int]) -> None:
    """Of 1, 2, 4; an element of the window shows in its own digit."""
    arguments: dict[str, Any] = {"strides": [1], "dilation": [1], "padding": "valid", **options}
    result = convolve(np.array(ONE[0]), np.reshape(np.array(window, float), (-1, 1, 1)), **arguments)
    assert result.ravel().tolist() == wanted


def test_convolution_in_two_dimensions_by_channel_and_filter() -> None:
    """Row 1, columns 1 and 2, of channels 1 … 6 and 100 times that; the second filter takes the right column only."""
    first = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    kernel = np.zeros((2, 2, 2, 2))
    kernel[1, 0, :, 0] = 1.0
    kernel[1, 1, 0, 1] = 10.0
    result = convolve(np.stack([first, 100.0 * first], axis=-1), kernel, (1, 1), (1, 1), "valid")
    assert result.tolist() == [[[404.0, 50.0], [505.0, 60.0]]]


def test_a_convolutional_lstm_by_hand() -> None:
    """Of 1, 2, 4 in three places: i = x, f = 10 x, g = 100 x, o = 1000 x, plus in g the state to the left."""
    kernel, recurrent = np.array([[[1.0, 10.0, 100.0, 1000.0]]]), np.zeros((3, 1, 4))
    recurrent[0, 0, 2] = 1.0
    result = conv_lstm(
        [ONE], kernel, recurrent, [0.0, 0.0, 7.0, 0.0], strides=[1], dilation=[1], activation=linear,
        recurrent_activation=linear, initial_states=[[[5.0, 6.0, 8.0]], [[1.0, 0.0, 1.0]]],
    )  # fmt: skip
    first = {name: values[0, 0].tolist() for name, values in result.signals.items()}
    assert first == {
        "input_gate": [1.0, 2.0, 4.0],
        "forget_gate": [10.0, 20.0, 40.0],
        "candidate": [107.0, 212.0, 413.0],
        "output_gate": [1000.0, 2000.0, 4000.0],
        "cell_state": [117.0, 424.0, 1692.0],
        "hidden_state": [117_000.0, 848_000.0, 6_768_000.0],
    }


@pytest.mark.parametrize("channels_first", [False, True])
def test_with_a_window_of_one_a_convolutional_lstm_is_an_lstm_at_every_place(channels_first: bool) -> None:
    random = np.random.default_rng(0)
    x, mask = random.normal(size=(2, 3, 4, 5)), np.array([[True, False, True], [True, True, False]])
    kernel, recurrent, bias = random.normal(size=(5, 8)), random.normal(size=(2, 8)), random.normal(size=8)
    given = np.moveaxis(x, -1, 2) if channels_first else x
    whole = conv_lstm(
        given, kernel[None], recurrent[None], bias, strides=[1], dilation=[1], channels_first=channels_first,
        mask=mask, go_backwards=True,
    )  # fmt: skip
    for place in range(4):
        single = lstm(x[:, :, place], kernel, recurrent, bias, mask=mask, go_backwards=True)
        for name, values in single.signals.items():
            images = whole.signals[name].reshape((2, 3, 2, 4) if channels_first else (2, 3, 4, 2))
            np.testing.assert_allclose(images[..., place] if channels_first else images[:, :, place], values)
