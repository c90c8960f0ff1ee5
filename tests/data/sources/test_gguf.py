"""GGUF files: what the format's own library writes, ours reads; what is no such file is named."""

import struct

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFEndian, GGUFWriter, quants

from lmbook.data.sources.gguf import GGUFFile

FORMATS = ["F32", "F16", "Q4_0", "Q4_1", "Q8_0"]
FACTS = {
    "a.uint8": 255, "a.int8": -3, "a.uint16": 65_535, "a.int16": -300, "a.uint32": 4_000_000_000,
    "a.int32": -70_000, "a.float32": 1e-5, "a.float64": 1e-300, "a.uint64": 2**60,
    "a.int64": -(2**60), "a.bool": True, "a.string": "Ġτ\n", "a.array": ["Ġ t", "é"],
}  # fmt: skip


def written(path, facts, tensors, endian=GGUFEndian.LITTLE):
    """The bytes of a file; ``tensors`` maps a name to an array and the name of its format."""
    writer = GGUFWriter(path, "toy", endianess=endian)
    for name, value in facts.items():
        getattr(writer, f"add_{name.split('.')[1]}")(name, value)
    for name, (array, form) in tensors.items():
        kind = GGMLQuantizationType[form]
        writer.add_tensor(name, quants.quantize(array, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def numbers():
    return np.random.default_rng(0).normal(size=(3, 5, 64)).astype(np.float32)


@pytest.fixture(scope="module")
def content(tmp_path_factory, numbers):
    tensors = {form.lower(): (numbers, form) for form in FORMATS}
    return written(tmp_path_factory.mktemp("gguf") / "toy.gguf", FACTS, tensors)


def test_every_kind_of_fact_is_read(content):
    metadata = GGUFFile(content).metadata
    assert metadata["general.architecture"] == "toy"
    assert {name: metadata[name] for name in FACTS} == FACTS


@pytest.mark.parametrize("form", FORMATS)
def test_numbers_are_those_of_the_library(content, numbers, form):
    kind = GGMLQuantizationType[form]
    theirs = quants.dequantize(quants.quantize(numbers, kind), kind)
    file = GGUFFile(content)
    ours = file.tensor(form.lower())
    assert file.formats[form.lower()] == form
    assert ours.dtype == torch.float32
    assert np.array_equal(ours.numpy(), theirs)


def test_a_block_by_hand():
    """Scale 0.5 and minimum −1; the first byte holds 3 (number 0) and 2 (number 16)."""
    block = np.array([0.5, -1], "<f2").tobytes() + bytes([0x23]) + bytes(15)
    table = struct.pack("<Q1sIQIQ", 1, b"w", 1, 32, 3, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + table
    values = GGUFFile(head.ljust(-(-len(head) // 32) * 32, b"\0") + block).tensor("w")
    assert values.tolist() == [0.5, *[-1.0] * 15, 0.0, *[-1.0] * 15]


def test_data_begin_where_the_file_says(tmp_path):
    numbers = np.arange(7, dtype=np.float32)
    path = tmp_path / "aligned.gguf"
    writer = GGUFWriter(path, "toy")
    writer.add_custom_alignment(256)
    writer.add_tensor("x", numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert GGUFFile(path.read_bytes()).tensor("x").tolist() == numbers.tolist()


def test_a_tensor_that_is_not_there_is_named(content):
    with pytest.raises(ValueError, match=r"name='w' is not one of the file's 5 tensors"):
        GGUFFile(content).tensor("w")


@pytest.mark.parametrize("n_bytes", [0, 3, 4, 20, 60, 700, -64])
def test_a_file_that_is_cut_off_is_refused(content, n_bytes):
    with pytest.raises(ValueError, match=r"the file is cut off|content starts with b'(GGU)?'"):
        GGUFFile(content[:n_bytes])


def test_another_file_is_refused(content):
    with pytest.raises(ValueError, match=r"content starts with b'PK\\x03\\x04', not with b'GGUF'"):
        GGUFFile(b"PK\x03\x04" + content[4:])


def test_another_version_is_refused(content):
    with pytest.raises(ValueError, match=r"version=1 is not one of \(2, 3\)"):
        GGUFFile(b"GGUF" + struct.pack("<I", 1) + content[8:])


def test_a_file_of_the_other_byte_order_is_refused(tmp_path):
    theirs = written(tmp_path / "big.gguf", {}, {}, GGUFEndian.BIG)
    with pytest.raises(ValueError, match="version=50331648 is not one of"):
        GGUFFile(theirs)


def test_a_format_that_is_not_implemented_is_named(tmp_path):
    theirs = written(tmp_path / "k.gguf", {}, {"w": (np.zeros((2, 32), np.float32), "Q5_0")})
    with pytest.raises(ValueError, match="'w' has the format of number 6; known are F32, F16"):
        GGUFFile(theirs)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (struct.pack("<I5QIQ", 5, 1, 1, 1, 1, 1, 0, 0), "'w' has 5 dimensions, more than 4"),
        (struct.pack("<IQIQ", 1, 33, 3, 0), "'w': a row of 33 is no whole number of blocks of 32"),
        (struct.pack("<IQIQ", 1, 2**62, 0, 0), "the file is cut off: 'w' ends after"),
    ],
)
def test_a_table_that_cannot_be_true_is_refused(table, message):
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q1s", 1, b"w")
    with pytest.raises(ValueError, match=message):
        GGUFFile(head + table + bytes(64))


def test_data_that_begin_nowhere_are_refused():
    fact = struct.pack("<Q17sII", 17, b"general.alignment", 4, 0)
    with pytest.raises(ValueError, match="general.alignment=0 is below 1"):
        GGUFFile(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + fact)


def test_a_fact_of_an_unknown_type_is_refused():
    fact = struct.pack("<Q1sI", 1, b"x", 13)
    with pytest.raises(ValueError, match="a fact has the type of number 13, which GGUF does not"):
        GGUFFile(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + fact)
