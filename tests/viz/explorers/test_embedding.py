import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.viz.explorers import embedding
from lmbook.viz.explorers.embedding import EmbeddingExplorer

SCRIPT = Path(embedding.__file__).parent / "embedding.js"
WORDS = ["king", "queen", "man", "crow"]
VECTORS = np.array([[1.0, 0.0, 0.0], [3.0, 4.0, 0.0], [0.0, 2.0, 0.0], [-1.0, 0.0, 1.0]])


def neighbours_in_page(run_js, explorer, at, n):
    rows = f"decodeVectors({json.dumps(explorer.vectors_base64)}, {len(explorer.words.split())})"
    return [(found["id"], found["cosine"]) for found in run_js(f"neighbours({rows}, {at}, {n})")]


def test_neighbours_by_hand(run_js):
    # cosines of king (1, 0, 0): queen 3/5, man 0, crow −1/√2
    found = neighbours_in_page(run_js, EmbeddingExplorer(WORDS, VECTORS, "king", 3), 0, 3)
    assert [row for row, _ in found] == [1, 2, 3]
    assert [value for _, value in found] == pytest.approx([0.6, 0, -(0.5**0.5)], abs=0.01)


def test_the_word_itself_is_no_neighbour_and_equal_ones_come_by_id(run_js):
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [5.0, 0.0]])
    found = neighbours_in_page(run_js, EmbeddingExplorer(WORDS, vectors, "king", 3), 3, 3)
    assert [row for row, _ in found] == [0, 2, 1]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), d_model=st.integers(2, 40))
def test_page_and_numpy_agree_on_every_cosine_up_to_the_rounding(run_js, seed, d_model):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(30, d_model)) * rng.uniform(0.01, 100, size=(30, 1))
    words = [f"w{i}" for i in range(30)]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = neighbours_in_page(run_js, EmbeddingExplorer(words, vectors, "w0"), 7, 29)
    for row, value in found:
        assert value == pytest.approx(unit[row] @ unit[7], abs=0.015)


def test_the_map_is_the_plane_of_largest_variance(run_js):
    explorer = EmbeddingExplorer(WORDS, VECTORS, "king", 2)
    places = np.array(run_js(f"decodePlaces({json.dumps(explorer.places_base64)})"))
    unit = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
    centred = unit - unit.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred)
    for column, direction in zip(places.T, directions[:, np.argsort(-values)[:2]].T, strict=True):
        expected = centred @ direction
        expected = expected / expected[np.abs(expected).argmax()]
        assert column == pytest.approx(expected, abs=1e-4)


def test_the_map_is_the_same_when_made_twice():
    first, second = (EmbeddingExplorer(WORDS, VECTORS, "king", 2) for _ in range(2))
    assert first.places_base64 == second.places_base64


def test_places_are_drawn_inside_the_map_with_y_upwards(run_js):
    assert run_js("[[-1, 1], [1, -1], [0, 0]].map(toPoint)") == [[34, 34], [566, 386], [300, 210]]


def test_a_click_takes_the_closest_point(run_js):
    assert run_js("closest([[0, 0], [10, 0], [10, 10]], [8, 3])") == 1


def test_what_is_typed_finds_words_that_begin_so(run_js):
    assert run_js(f"suggestions({json.dumps(WORDS)}, 'k', 5)") == ["king"]
    assert run_js(f"suggestions({json.dumps(WORDS)}, 'z', 5)") == []


def test_the_state_is_small():
    words, vectors = [f"w{i}" for i in range(400)], np.random.default_rng(1).normal(size=(400, 50))
    explorer = EmbeddingExplorer(words, vectors, "w0")
    assert len(explorer.vectors_base64) + len(explorer.places_base64) < 30_000


def test_the_plain_text_of_an_explorer_is_short_and_holds_no_address():
    text = repr(EmbeddingExplorer(WORDS, VECTORS, "king", 2))
    assert text == "EmbeddingExplorer(n_words=4, d_model=3)"


@pytest.mark.parametrize("bad", ["x y", "", "king"])
def test_a_word_that_cannot_be_typed_or_is_repeated_is_refused(bad):
    with pytest.raises(ValueError, match=r"words\[3\]=|holds a word twice"):
        EmbeddingExplorer([*WORDS[:3], bad], VECTORS, "king", 2)


@pytest.mark.parametrize("shape", [(3, 3), (4, 1)])
def test_vectors_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="vectors has shape"):
        EmbeddingExplorer(WORDS, np.ones(shape), "king", 2)


def test_a_vector_without_direction_is_refused_by_its_row():
    vectors = VECTORS.copy()
    vectors[2] = 0
    with pytest.raises(ValueError, match=r"vectors\[2\] is all zeros"):
        EmbeddingExplorer(WORDS, vectors, "king", 2)


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        EmbeddingExplorer(WORDS, VECTORS * np.nan, "king", 2)


def test_too_few_words_are_refused():
    with pytest.raises(ValueError, match="words holds 2 words, not between 3 and 2000"):
        EmbeddingExplorer(WORDS[:2], VECTORS[:2], "king", 1)


def test_a_first_word_outside_the_words_is_refused():
    with pytest.raises(ValueError, match="word='owl' is not among the 4 words"):
        EmbeddingExplorer(WORDS, VECTORS, "owl", 2)


@pytest.mark.parametrize("number", [0, 4])
def test_a_number_of_neighbours_outside_the_slider_is_refused(number):
    with pytest.raises(ValueError, match=f"n_neighbours={number} is not between 1 and 3"):
        EmbeddingExplorer(WORDS, VECTORS, "king", number)
