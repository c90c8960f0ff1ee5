"""Fingerprints ignore what does not count; a Bloom filter forgets nothing and stays as it is."""

import math

import pytest

from lmbook.data.cleaning.exact import BloomFilter, drop_copies, fingerprint


def test_case_spacing_and_unicode_form_do_not_count():
    assert fingerprint("Caf\u00e9  au\nlait ") == fingerprint("cafe\u0301 AU lait")
    assert fingerprint("to be") != fingerprint("to bee")


def test_the_first_of_each_stays_in_order():
    texts = ["To be", "or not", "to  be", "or", "OR NOT"]
    assert list(drop_copies(texts)) == ["To be", "or not", "or"]


def test_a_memory_carries_over_from_file_to_file():
    seen = set()
    assert list(drop_copies(["a", "b"], seen)) == ["a", "b"]
    assert list(drop_copies(["b", "c"], seen)) == ["c"]


def test_texts_are_read_one_at_a_time():
    def endless():
        i = 0
        while True:
            yield f"text {i // 2}"
            i += 1

    texts = drop_copies(endless())
    assert [next(texts) for _ in range(3)] == ["text 0", "text 1", "text 2"]


def test_a_bloom_filter_knows_what_it_has_seen_and_few_others():
    bloom = BloomFilter(2_000, error=0.01)
    size = bloom.n_bytes
    for i in range(2_000):
        bloom.add(b"in %d" % i)
    assert all(b"in %d" % i in bloom for i in range(2_000))
    # 10,000 strangers at 0.01: 100 expected, standard deviation 10
    assert 50 < sum(b"out %d" % i in bloom for i in range(10_000)) < 150
    assert bloom.n_bytes == size == math.ceil(2_000 * math.log(100) / math.log(2) ** 2 / 8)


def test_copies_are_dropped_in_flat_memory():
    bloom = BloomFilter(1_000)
    assert len(list(drop_copies((f"text {i % 300}" for i in range(1_000)), bloom))) == 300


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BloomFilter(0), "n_expected=0 is below 1"),
        (lambda: BloomFilter(10, error=1.0), "error=1.0 is not between 0 and 1"),
        (lambda: list(drop_copies("to be")), "texts='to be' is one string"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
