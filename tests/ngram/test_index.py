"""Look-ups by hashing and by binary search, and the links between levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.ngram import counts as counts_module
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.hashing import hash_table, look_up
from lmbook.ngram.index import NgramIndex

texts = st.lists(st.lists(st.integers(0, 4), max_size=12), min_size=1, max_size=8)


@given(st.sets(st.integers(0, 2**62), min_size=1, max_size=200), st.lists(st.integers(-5, 2**62)))
def test_the_hash_table_finds_what_binary_search_finds(held, others):
    keys = np.array(sorted(held))
    wanted = np.array([*held, *others], np.int64)
    ranks = look_up(hash_table(keys), keys, wanted)
    position = {int(key): rank for rank, key in enumerate(keys)}
    assert ranks.tolist() == [position.get(int(key), -1) for key in wanted]


@given(texts, st.integers(2, 4))
def test_every_suffix_is_the_ngram_without_its_first_token(text, order):
    if not any(text):
        return
    counts = count_ngrams(text, order, vocab_size=5)
    found = NgramIndex(order=order, vocab_size=5, keys=counts.keys)
    for n in range(2, order + 1):
        whole, shorter = counts.ngrams(n), counts.ngrams(n - 1)
        np.testing.assert_array_equal(shorter[counts.suffixes[n - 1]], whole[:, 1:])
        np.testing.assert_array_equal(found.suffixes[n - 1], counts.suffixes[n - 1])


@given(texts, st.integers(1, 4), st.integers(1, 9))
def test_a_stream_counted_in_chunks_equals_the_whole(text, order, chunk):
    if not any(text):
        return
    whole = count_ngrams(text, order, vocab_size=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts_module, "_TOKENS_A_CHUNK", chunk)
        parts = count_ngrams(iter(text), order, vocab_size=5)
    for n in range(order):
        np.testing.assert_array_equal(parts.keys[n], whole.keys[n])
        np.testing.assert_array_equal(parts.counts[n], whole.counts[n])
        np.testing.assert_array_equal(parts.suffixes[n], whole.suffixes[n])


def test_memory_of_a_long_stream_grows_with_its_ngrams_only():
    import tracemalloc

    def peak(n_sequences):
        tracemalloc.start()
        count_ngrams(([1, 2, 3, 4] * 25 for _ in range(n_sequences)), 3, vocab_size=5)
        bytes_ = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return bytes_

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts_module, "_TOKENS_A_CHUNK", 10_000)
        assert peak(3_000) < 1.5 * peak(300)


def test_an_id_outside_the_vocabulary_is_named():
    counts = count_ngrams([[0, 1]], 2, vocab_size=5)
    with pytest.raises(ValueError, match="ids between 0 and 9 exceed vocab_size=5"):
        counts.check_ids(np.array([[0, 9]]))
    with pytest.raises(ValueError, match="ids between 0 and 6 exceed vocab_size=5"):
        counts.ranks_along(np.array([[0, 6]]))  # 5 is BOS
