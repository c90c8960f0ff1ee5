"""Values between the grader and a submission: what passes, and what does not."""

import io
import types
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from tools.exercises.inside.notebook import python_of
from tools.exercises.inside.wire import HEAD, Wire
from tools.exercises.remote import Remote, rebuilt

State = namedtuple("State", "scale n")


class Scripted:
    """A class that both sides know."""

    def __init__(self, picks):
        self.picks = picks


def ends():
    """The two ends of a connection, in one process."""
    stream = io.BytesIO()
    remote = lambda key, _, name: Remote(None, key, name)  # noqa: E731  # type: ignore[arg-type]
    pair = Wire("t", stream, stream, remote), Wire("s", stream, stream, remote)
    for end in pair:
        end.classes = {"State": State, "Scripted": Scripted}
    return pair


def passed(source: Wire, target: Wire, value):
    """Send a value from one end to the other."""
    source.target.seek(0)
    source.send({}, value)
    source.target.seek(0)
    return target.receive()["value"]


def sent(value):
    return passed(*ends(), value)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 10**40, 1.5, float("inf"), "é\ud800", 2 + 1j, b"\0x", (), (1, (2.0, "a")),
        frozenset({1, 2}), [1, [2, None]], {"a": 1, (1, 2): [3]}, {1, "b"}, range(2, 9, 3),
        Counter("aab"), OrderedDict(b=1, a=2), deque([1, 2]), bytearray(b"ab"), Fraction(1, 3),
        Decimal("1.10"), State(2.0, 3), types.SimpleNamespace(a=[1]), float, np.float32(1.5),
        np.int64(-3), np.bool_(True), np.str_("語"),
    ],
)  # fmt: skip
def test_plain_values_come_back_equal_and_of_the_same_type(value):
    assert sent(value) == value and type(sent(value)) is type(value)


@pytest.mark.parametrize("dtype", ["?", "i1", "<i8", ">i4", "f2", "f4", "f8", "c16", "U3", "S2"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_arrays_keep_type_shape_and_entries(dtype, shape):
    array = np.ones(shape).astype(dtype)
    found = sent(array)
    assert found.dtype == array.dtype and found.shape == shape and np.array_equal(found, array)


def test_arrays_that_are_views_or_hold_objects_pass():
    assert np.array_equal(sent(np.arange(6).reshape(2, 3).T), np.arange(6).reshape(2, 3).T)
    assert sent(np.array([1, None, "a"], dtype=object)).tolist() == [1, None, "a"]


def test_views_of_dictionaries_and_iterators_pass():
    assert sent({"a": 1}.keys()) == {"a"}
    assert list(sent({"a": 1}.values())) == [1]
    assert sent({"a": 1}.items()) == {("a", 1)}
    assert list(sent(x * x for x in range(3))) == [0, 1, 4]
    assert sent(defaultdict(int, a=1))["b"] == 0


def test_an_endless_iterator_is_refused():
    with pytest.raises(ValueError, match="iterator of more than"):
        sent(iter(int, 1))


def test_random_generators_draw_the_same_numbers_and_advance_on_both_sides():
    for one, draw in [
        (np.random.default_rng(3), lambda rng: float(rng.normal())),
        (Random(3), lambda rng: rng.random()),
    ]:
        there, here = ends()
        other = passed(there, here, one)
        first = draw(other)
        passed(here, there, None)  # the answer carries the state back
        second = draw(one)
        fresh = np.random.default_rng(3) if hasattr(one, "normal") else Random(3)
        assert [first, second] == [draw(fresh), draw(fresh)]


def test_what_is_changed_in_place_changes_on_the_other_side():
    there, here = ends()
    value = ([1], {"a": [2]}, {3}, np.zeros(2), Scripted([4, 5]))
    copy = passed(there, here, value)
    copy[0].append(9)
    copy[1]["a"].pop()
    copy[2].clear()
    copy[3][0] = 7
    copy[4].picks.pop(0)
    passed(here, there, None)
    assert value[:3] == ([1, 9], {"a": []}, set())
    assert value[3].tolist() == [7, 0] and value[4].picks == [5]


def test_the_same_object_is_the_same_object():
    there, here = ends()
    value = [1]
    first, second = passed(there, here, (value, value))
    assert first is second
    assert passed(here, there, first) is value


def test_a_list_that_holds_itself_passes():
    loop: list = []
    loop.append(loop)
    found = sent(loop)
    assert found[0] is found


@pytest.mark.parametrize("base", [object, float, int, str, list, dict, tuple])
def test_an_object_that_equals_everything_is_no_value(base):
    kind = type("Anything", (base,), {"__eq__": lambda *_: True, "__hash__": lambda _: 0})
    found = sent([kind()])[0]
    if base is tuple:
        assert found == () and type(found) is tuple
        return
    for test in (lambda: found == 1, lambda: found != 1, lambda: bool(found), lambda: found < 2):
        with pytest.raises(TypeError, match="an object of type Anything"):
            test()


def test_an_array_of_another_class_arrives_as_a_plain_one():
    kind = type("Anything", (np.ndarray,), {"__eq__": lambda *_: True})
    assert type(sent(np.zeros(2).view(kind))) is np.ndarray


def test_attributes_that_begin_with_an_underscore_are_out_of_reach():
    with pytest.raises(AttributeError):
        sent(lambda: 0).__globals__  # noqa: B018


@pytest.mark.parametrize(
    "text",
    [
        b'{"value": {"t": "eval", "v": "1"}}',
        b'{"value": {"t": "class", "v": "exec"}}',
        b'{"value": {"t": "yours", "v": "t99"}}',
        b'{"value": {"t": "ref", "v": "s9"}}',
        b'{"value": 1, "shared": [["s0", {"t": "object", "c": "os", "v": []}]]}',
        b'{"value": 1, "shared": [["s0", {"t": "array", "d": "O", "s": [1], "v": {"@": [0, 8]}}]]}',
        b'{"value": 1, "shared": [["s", {"t": "array", "d": "f8", "s": [9], "v": {"@": [0, 8]}}]]}',
        b"[1]",
        b"no JSON",
        b"[" * 100_000,
    ],
)
def test_nonsense_is_refused(text):
    stream = io.BytesIO(HEAD.pack(len(text), 8) + text + b"\0" * 8)
    wire = Wire("t", stream, stream, lambda *_: None)
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError, RecursionError)):
        wire.receive()


def test_a_message_that_is_too_large_is_refused_before_it_is_read():
    stream = io.BytesIO(HEAD.pack(2**32 - 1, 2**60))
    with pytest.raises(ValueError, match="more than 64 MB"):
        Wire("t", stream, stream, lambda *_: None).receive()


def test_exceptions_become_pythons_own():
    reply = {"types": ["Odd", "ValueError", "Exception"], "text": "no", "name": "Odd", "line": "l"}
    assert type(rebuilt(reply)) is ValueError and str(rebuilt(reply)) == "no"
    assert str(rebuilt({**reply, "types": ["KeyError"], "text": "(1, 2)"})) == "(1, 2)"
    assert type(rebuilt({**reply, "types": ["KeyboardInterrupt"]})) is RuntimeError
    assert type(rebuilt({**reply, "types": ["UnicodeDecodeError", "ValueError"]})) is ValueError


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("x = 1", "x = 1"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nls", ""),
        ("if x:\n    !ls", "if x:\n    pass"),
        ("%time x = 1", "x = 1"),
        ("print?", "pass"),
        ("x = = 1", "x = = 1"),
    ],
)
def test_cells_become_python(cell, code):
    assert python_of(cell) == code
