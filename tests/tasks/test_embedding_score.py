"""Scores by an encoder: equal texts give 1, marks count for nothing, the best reference wins."""

import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.metrics.token_matching import match_tokens
from lmbook.models.bert import Bert, BertConfig
from lmbook.tasks.embedding_score import EmbeddingScore
from lmbook.tasks.windows import special
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

TOKENIZER = WordPieceTokenizer(list("abcdef"))
CONFIG = BertConfig(
    vocab_size=TOKENIZER.vocab_size, n_positions=128, d_model=8, n_layers=1, n_heads=2, d_ff=16
)


def encoder():
    torch.manual_seed(0)
    return Bert(CONFIG).eval()


def test_equal_texts_score_one_and_the_best_reference_counts():
    score = EmbeddingScore(encoder(), TOKENIZER)
    found = score(["a b c", "d"], [["f", "a b c"], "d e"])
    assert found.f1[0].item() == pytest.approx(1, abs=1e-6)
    assert found.f1[1] < 1 - 1e-4
    assert_close(found.f1[1], score(["d"], ["d e"]).f1[0], atol=1e-6, rtol=0)  # alone as in a batch


@pytest.mark.parametrize("idf", [False, True])
def test_equals_the_matching_of_the_encoders_vectors(idf):
    net = encoder()
    found = EmbeddingScore(net, TOKENIZER, idf=idf)(["a b"], [["b c", "c c d"]])
    texts = ("a b", "b c", "c c d")
    start = special(TOKENIZER, "[CLS]")
    rows = [[start, *TOKENIZER.encode(text), TOKENIZER.eos_id] for text in texts]
    vectors = [net(torch.tensor([row]), torch.ones(1, len(row)).bool())[0] for row in rows]
    # two references: "c" stands in both, "b" and "d" in one, "a" in none
    idfs = {"a": math.log(3), "b": math.log(3 / 2), "c": 0.0, "d": math.log(3 / 2)}
    weights = [
        torch.tensor([0, *[idfs[c] if idf else 1.0 for c in text.split()], 0]) for text in texts
    ]
    scores = [match_tokens(vectors[0], vectors[i], weights[0], weights[i]) for i in (1, 2)]
    assert_close(found.f1[0], max(s.f1 for s in scores), atol=1e-6, rtol=0)


def test_a_text_is_cut_after_max_tokens_the_marks_included():
    score = EmbeddingScore(encoder(), TOKENIZER, max_tokens=4)
    assert score(["a b c"], ["a b d e"]).f1[0].item() == pytest.approx(1, abs=1e-6)


def test_bad_input_is_named():
    score = EmbeddingScore(encoder(), TOKENIZER)
    with pytest.raises(ValueError, match="has no token to match"):
        score([""], ["a"])
    with pytest.raises(ValueError, match="1 hypotheses for 2 references"):
        score(["a"], ["a", "b"])
    with pytest.raises(ValueError, match="max_tokens=129 exceeds n_positions=128"):
        EmbeddingScore(encoder(), TOKENIZER, max_tokens=129)
