"""What a pickle would call: by hand, against what unpickling looks up, and damaged files."""

import argparse
import collections
import datetime
import fractions
import io
import os
import pickle
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.models.toolkits.pickles import Call, calls_in, unexpected

EVERY_PROTOCOL = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.fixture
def weights():
    return {"layer.weight": torch.ones(2, 3), "layer.bias": torch.zeros(2)}


@EVERY_PROTOCOL
def test_a_call_is_listed_with_its_arguments_and_does_not_happen(protocol, tmp_path):
    trace = tmp_path / "trace"
    found = calls_in(pickle.dumps([1, Calls(os.mkdir, str(trace))], protocol))
    assert [(call.name, call.arguments) for call in found] == [
        ("posix.mkdir", f"({str(trace)!r},)")
    ]
    assert not trace.exists()


def test_instructions_written_by_hand():
    # protocol 0: import builtins.print, a mark, a text, a tuple of it, call, end
    assert calls_in(b"cbuiltins\nprint\n(Vhello\ntR.") == [
        Call("builtins.print", "('hello',)", at=25)
    ]
    # a call by one instruction, with what lies above the mark
    assert calls_in(b"(Vhello\nibuiltins\nprint\n.")[0].name == "builtins.print"
    # the arguments first, the name above the mark
    assert calls_in(b"(cbuiltins\nprint\nVhello\no.")[0].arguments == "('hello',)"


def test_an_import_alone_is_listed_for_it_runs_a_module():
    assert calls_in(b"cantigravity\nfly\n.") == [Call("antigravity.fly", "imported", at=0)]


def test_a_name_that_is_computed_is_unknown_and_unexpected():
    # the module's name is what a call returns
    computed = pickle.dumps(Calls(str, "os"), 4)[:-1] + b"\x8c\x06system\x93\x8c\x02ls\x85R."
    names = [call.name for call in calls_in(computed)]
    assert names == ["builtins.str", "?"]
    assert len(unexpected(calls_in(computed))) == 2


def test_a_call_of_what_a_call_returned_is_unexpected():
    got = pickle.dumps(Calls(getattr, "a", "upper"), 2)
    called = got[:-1] + b")R."
    assert [call.name for call in calls_in(called)][-1].endswith("getattr(…)")
    assert unexpected(calls_in(called))[-1].name.endswith("getattr(…)")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False)
    | st.builds(fractions.Fraction, st.integers()) | st.dates() | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner)
    | st.builds(collections.deque, st.lists(inner)) | st.sets(st.integers())
    | st.frozensets(st.text())
    | st.builds(collections.OrderedDict, st.dictionaries(st.text(), inner)),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(values, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_names_are_those_that_unpickling_looks_up(value, protocol):
    looked_up = set()

    class Recording(pickle.Unpickler):
        def find_class(self, module, name):
            looked_up.add(f"{module}.{name}")
            return super().find_class(module, name)

    data = pickle.dumps(value, protocol)
    Recording(io.BytesIO(data)).load()
    listed = {call.name.removesuffix(".__setstate__") for call in calls_in(data)}
    assert listed == looked_up


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_checkpoint_of_tensors_needs_no_other_name(weights, tmp_path, is_zip):
    path = tmp_path / "weights.pt"
    torch.save(weights, path, _use_new_zipfile_serialization=is_zip)
    found = calls_in(path)
    assert "torch._utils._rebuild_tensor_v2" in {call.name for call in found}
    assert unexpected(found) == []


@pytest.mark.parametrize("is_zip", [True, False])
def test_options_and_code_beside_the_tensors_are_found(weights, tmp_path, is_zip):
    path, trace = tmp_path / "checkpoint.pt", tmp_path / "trace"
    whole = {"args": argparse.Namespace(lr=0.1), "model": weights, "x": Calls(os.mkdir, str(trace))}
    torch.save(whole, path, _use_new_zipfile_serialization=is_zip)
    names = [call.name for call in unexpected(calls_in(path))]
    assert "posix.mkdir" in names
    assert "argparse.Namespace.__setstate__" in names
    assert not trace.exists()
    others = unexpected(
        calls_in(path), {"posix.mkdir", "argparse.Namespace", "copyreg._reconstructor"}
    )
    assert {call.name.partition(".")[0] for call in others} <= {"torch", "collections"}


def test_what_a_call_gets_in_a_list_or_a_dictionary_is_shown():
    found = calls_in(pickle.dumps(Calls(datetime.date, [1, "a"], {"k": 2}), 4))
    assert found[0].arguments == "([1, 'a'], {'k': 2})"


def test_a_small_pickle_of_an_enormous_tuple_is_listed_at_once():
    doubled = b"\x80\x04\x8c\x01a" + 60 * b"2\x86" + b"\x85cbuiltins\nlen\n" + b"0" + b"."
    called = b"\x80\x04cbuiltins\nlen\n\x8c\x01a" + 60 * b"2\x86" + b"\x85R."
    assert len(calls_in(doubled)) == 1
    assert len(calls_in(called)[0].arguments) < 500


@EVERY_PROTOCOL
def test_a_pickle_that_is_cut_off_is_an_error_at_every_length(protocol):
    data = pickle.dumps({"a": Calls(os.mkdir, "x"), "b": [1.5, (2, 3)]}, protocol)
    for n_bytes in range(len(data)):
        with pytest.raises(ValueError, match="the pickle is no whole pickle or checkpoint"):
            calls_in(data[:n_bytes])


def test_a_checkpoint_that_is_cut_off_is_an_error_with_its_path(weights, tmp_path):
    path = tmp_path / "weights.pt"
    torch.save(weights, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"weights\.pt is no whole"):
        calls_in(path)
    with pytest.raises(ValueError, match=r"absent\.pt is no whole"):
        calls_in(str(tmp_path / "absent.pt"))


def test_an_archive_without_a_pickle_is_an_error(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ValueError, match=r"the archive has no data\.pkl"):
        calls_in(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not a pickle", "is no whole"),
        (b"\x93.", "takes 2 values from a stack of 0"),
        (b"t.", "looks for a mark"),
        (b"h\x05.", "5"),
    ],
)
def test_nonsense_is_an_error(data, said):
    with pytest.raises(ValueError, match=said):
        calls_in(data)


def test_another_kind_of_source_is_named(untyped):
    with pytest.raises(ValueError, match="source=5 is a int"):
        calls_in(5)
    with pytest.raises(ValueError, match="calls="):
        unexpected(5)
