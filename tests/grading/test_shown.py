"""Tests of how values are shown."""

import numpy as np

from lmbook.grading import shown


def test_a_call_is_written_as_in_code():
    assert shown.call("f", ([1, 2.5], "a"), {"k": None}) == "f([1, 2.5], 'a', k=None)"


def test_long_values_are_cut():
    assert len(shown.short("a" * 10_000)) < 600
    assert len(shown.short(list(range(10_000)))) < 600
    assert shown.short(np.zeros((100, 3))) == "array of shape (100, 3), float64"


def test_numbers_of_numpy_look_like_numbers():
    assert shown.short(np.float64(1.5)) == "1.5"


def test_functions_have_no_address():
    assert shown.short(lambda: 0) == "a function"
    assert "0x" not in shown.short(object())


def test_an_object_shows_what_it_holds():
    class Scripted:
        def __init__(self):
            self.lengths, self.picks = [3, 5], []

    assert shown.short(Scripted()) == "Scripted(lengths=[3, 5], picks=[])"


def test_a_value_whose_representation_fails_is_named_by_its_type():
    class Odd:
        def __repr__(self):
            raise RuntimeError

    assert "Odd" in shown.short(Odd())


def test_an_exception_without_text_is_its_type():
    assert shown.error(StopIteration()) == "StopIteration"
    assert shown.error(ValueError("bad")) == "ValueError: bad"
