"""Streams of lines: content, faults named, memory flat, and a model trained from one."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmbook.data.sources.text_files import stream_lines
from lmbook.ngram.counts import count_ngrams
from lmbook.tokenizers.bpe import BPETokenizer


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))))
def test_lines_come_back(tmp_path, lines):
    path = tmp_path / "text"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")
    first = [line.removeprefix("\ufeff") for line in lines[:1]]
    assert list(stream_lines(path)) == [*first, *lines[1:]]


def test_an_empty_file_has_no_line_and_one_character_is_one(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "one").write_bytes("字".encode())
    assert list(stream_lines(tmp_path / "empty")) == []
    assert list(stream_lines(tmp_path / "one")) == ["字"]


def test_windows_line_ends_and_a_byte_order_mark_are_dropped(tmp_path):
    (tmp_path / "text").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    assert list(stream_lines(tmp_path / "text")) == ["a", "b"]


def test_bytes_that_are_no_utf8_are_named(tmp_path):
    (tmp_path / "latin").write_bytes(b"good\ncaf\xe9\n")
    with pytest.raises(ValueError, match=r"line 2: byte 4 \(0xe9\) is not valid UTF-8"):
        list(stream_lines(tmp_path / "latin"))


def test_a_large_file_is_counted_in_flat_memory(tmp_path):
    path = tmp_path / "large"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(3_000):
            file.write("to be, or not to be: that is the question\n" * 3)
    tokenizer = BPETokenizer.train(stream_lines(path), 270)
    encoded = ([*tokenizer.encode(line), tokenizer.eos_id] for line in stream_lines(path))
    tracemalloc.start()
    n_tokens = sum(1 for _ in tokenizer.encode_iter(stream_lines(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    counts = count_ngrams(encoded, 3, tokenizer.vocab_size)
    assert counts.counts[0].sum() == n_tokens + 2 * 9_000  # BOS and EOS of every line
    assert peak < 150_000 < path.stat().st_size
