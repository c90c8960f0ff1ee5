"""BM25 and dense retrieval."""

import math

import bm25s
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.models.bert import Bert, BertConfig
from lmbook.tasks.classify import mean_pool
from lmbook.tasks.retrieve import Bm25Index, DenseIndex, SentenceEncoder, fuse, split_terms
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

PASSAGES = ["the cat sat", "the dog sat on the mat", "a bird"]
WORDS = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=8).map(" ".join)
TOKENIZER = WordPieceTokenizer(["a", "b", "c", "d", "e", "f", "g"])


def encoder() -> Bert:
    torch.manual_seed(0)
    sizes = {"d_model": 8, "n_layers": 1, "n_heads": 2, "d_ff": 16, "n_positions": 9}
    return Bert(BertConfig(vocab_size=TOKENIZER.vocab_size, **sizes)).eval()


def test_terms_have_no_case_accent_or_punctuation():
    assert split_terms("Côte d'Ivoire: 1,771 KM") == ["cote", "d", "ivoire", "1", "771", "km"]


def test_a_score_by_hand():
    # "cat": 1 of 3 passages holds it: idf = log(1 + 2.5 / 1.5); lengths 3, 6, 2, mean 11/3;
    # c = 1 in a passage of 3 words: 1 / (1 + 1.5 (0.25 + 0.75 · 3 / (11/3)))
    weight = math.log(1 + 2.5 / 1.5) / (1 + 1.5 * (0.25 + 0.75 * 3 / (11 / 3)))
    assert Bm25Index(PASSAGES).scores("cat") == pytest.approx([weight, 0, 0])


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS)
def test_scores_are_those_of_bm25s(passages, query):
    peer = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    peer.index([split_terms(passage) for passage in passages], show_progress=False)
    index = Bm25Index(passages)
    terms = [term for term in split_terms(query) if term in index.columns]
    wanted = peer.get_scores(terms) if terms else np.zeros(len(passages))
    np.testing.assert_allclose(index.scores(query), wanted, rtol=0, atol=1e-5)


@given(st.lists(WORDS, min_size=1, max_size=12), WORDS, st.integers(1, 15))
def test_a_search_gives_the_best_in_order_and_nothing_without_a_shared_word(passages, query, k):
    index = Bm25Index(passages)
    scores = index.scores(query)
    wanted = sorted((i for i, s in enumerate(scores) if s > 0), key=lambda i: (-scores[i], i))
    found = index.search(query, k)
    assert [hit.passage for hit in found] == wanted[:k]
    assert [hit.score for hit in found] == scores[wanted[:k]].tolist()


def test_a_long_passage_gains_less_from_a_word_unless_b_is_zero():
    passages = ["x y", "x " + "y " * 50]
    short, long = Bm25Index(passages).scores("x")
    assert short > 2 * long
    short, long = Bm25Index(passages, b=0).scores("x")
    assert short == pytest.approx(long)


def test_sentence_vectors_are_normalised_means_whatever_the_batch():
    model = encoder()
    embed = SentenceEncoder(model, TOKENIZER, max_tokens=9)
    texts = ["a b c", "d", "e f g a b"]
    vectors = embed(texts, batch_size=2)
    ids = torch.tensor([[TOKENIZER.special_ids["[CLS]"], *TOKENIZER.encode("d"), TOKENIZER.eos_id]])
    mean = mean_pool(model(ids), torch.ones_like(ids, dtype=torch.bool))
    assert_close(vectors[1], (mean / mean.norm())[0], atol=1e-6, rtol=0)
    assert_close(vectors.norm(dim=1), torch.ones(3))


def test_a_text_is_cut_at_the_longest_row():
    embed = SentenceEncoder(encoder(), TOKENIZER, max_tokens=4)
    assert_close(embed(["a b c d e"]), embed(["a b"]))


def test_dense_search_ranks_by_the_dot_product():
    vectors = {"east": [1.0, 0.0], "north": [0.0, 1.0], "northeast": [0.6, 0.8], "?": [0.8, 0.6]}
    index = DenseIndex(
        ["east", "north", "northeast"], lambda ts: torch.tensor([vectors[t] for t in ts])
    )
    hits = index.search("?", 2)
    # 0.8 · 0.6 + 0.6 · 0.8 = 0.96 beats 0.8
    assert [hit.passage for hit in hits] == [2, 0]
    assert [hit.score for hit in hits] == pytest.approx([0.96, 0.8])


def test_fused_ranks_by_hand():
    # passage 7: 1/61 + 1/62, passage 3: 1/62 + 1/61, passage 5: 1/63; of equal ones the lower
    hits = fuse([[7, 3, 5], [3, 7]], k=3)
    assert [hit.passage for hit in hits] == [3, 7, 5]
    assert hits[2].score == pytest.approx(1 / 63)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="passages hold no word: there are 2 of them, all empty"):
        Bm25Index(["", "!"])
    with pytest.raises(ValueError, match="passages hold no word: there are 0"):
        Bm25Index([])
    with pytest.raises(ValueError, match=r"b=1.5 is not between 0.0 and 1.0"):
        Bm25Index(PASSAGES, b=1.5)
    with pytest.raises(ValueError, match=r"k1=-1.0 is not a finite number from 0 up"):
        Bm25Index(PASSAGES, k1=-1.0)
    with pytest.raises(ValueError, match="k=0 is below 1"):
        Bm25Index(PASSAGES).search("cat", 0)
    with pytest.raises(ValueError, match="max_tokens=10 exceeds n_positions=9"):
        SentenceEncoder(encoder(), TOKENIZER, max_tokens=10)
    with pytest.raises(ValueError, match="embed gives 1 rows for 3 passages"):
        DenseIndex(PASSAGES, lambda texts: torch.ones(1, 2))
    with pytest.raises(ValueError, match="rankings is empty"):
        fuse([])
