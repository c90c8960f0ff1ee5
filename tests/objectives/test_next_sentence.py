"""Pairs for next-sentence prediction: real neighbours, random ones, lengths, types."""

import pytest
import torch

from lmbook.objectives.next_sentence import Pair, collate, sentence_pairs

CLS, SEP, PAD = 2, 3, 0


def documents(n_documents=6, n_sentences=80):
    """Sentence s of document d is [100·d + s + 10] three times."""
    return [
        [[1000 * d + s + 10] * 3 for s in range(n_sentences)] for d in range(1, n_documents + 1)
    ]


def made(seed=0, n_tokens=16):
    generator = torch.Generator().manual_seed(seed)
    return sentence_pairs(documents(), n_tokens, generator, cls_id=CLS, sep_id=SEP)


def segments(pair):
    end = list(pair.ids).index(SEP)
    return pair.ids[1:end], pair.ids[end + 1 : -1]


def test_a_pair_is_framed_and_typed():
    for pair in made():
        assert len(pair.ids) == len(pair.types) <= 16
        assert pair.ids[0] == CLS and pair.ids[-1] == SEP and list(pair.ids).count(SEP) == 2
        first = list(pair.ids).index(SEP) + 1
        assert list(pair.types) == [0] * first + [1] * (len(pair.ids) - first)


def test_a_true_pair_goes_on_and_a_false_one_is_of_another_document():
    pairs = made()
    for pair in pairs:
        first, second = segments(pair)
        if pair.is_next:
            assert second[0] - first[-1] == 1
        else:
            assert second[0] // 1000 != first[-1] // 1000
    assert {pair.is_next for pair in pairs} == {True, False}


def test_half_of_the_pairs_are_true():
    share = sum(pair.is_next for pair in made()) / len(made())
    # 480 sentences in runs of two; a deviation of about 0.03
    assert 0.4 < share < 0.6


def test_every_sentence_is_used_as_first_or_as_true_second():
    used = {i for pair in made() for i in segments(pair)[0]}
    used |= {i for pair in made() if pair.is_next for i in segments(pair)[1]}
    assert used == {i for document in documents() for sentence in document for i in sentence}


def test_a_sentence_that_is_too_long_is_cut():
    long = [[[7] * 50, [8] * 50], [[9] * 50, [6] * 50]]
    generator = torch.Generator().manual_seed(0)
    for pair in sentence_pairs(long, 12, generator, cls_id=CLS, sep_id=SEP):
        assert len(pair.ids) == 12


def test_a_batch_is_padded_and_label_0_is_the_next_one():
    pairs = [
        Pair(ids=[2, 9, 3, 9, 3], types=[0, 0, 0, 1, 1], is_next=True),
        Pair(ids=[2, 9, 3, 9, 9, 3], types=[0, 0, 0, 1, 1, 1], is_next=False),
    ]
    ids, mask, types, labels = collate(pairs, PAD)
    assert ids.tolist() == [[2, 9, 3, 9, 3, PAD], [2, 9, 3, 9, 9, 3]]
    assert mask.sum(1).tolist() == [5, 6]
    assert types.tolist() == [[0, 0, 0, 1, 1, 0], [0, 0, 0, 1, 1, 1]]
    assert labels.tolist() == [0, 1]


def test_what_cannot_be_paired_is_refused():
    generator = torch.Generator()
    with pytest.raises(ValueError, match="1 documents: a random one"):
        sentence_pairs(documents(1), 16, generator, cls_id=CLS, sep_id=SEP)
    with pytest.raises(ValueError, match="n_tokens=4 is below 5"):
        sentence_pairs(documents(), 4, generator, cls_id=CLS, sep_id=SEP)
    with pytest.raises(ValueError, match="pairs is empty"):
        collate([], PAD)
