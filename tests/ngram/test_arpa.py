"""ARPA files: by hand, round trip, and faults named."""

import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.ngram.arpa import LOG10_ZERO, read_arpa, write_arpa
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

TOKENS = ("<unk>", "</s>", "a", "b")
SEQUENCES = [[2, 3, 2, 1], [3, 3, 1]]

BACKOFF = """\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-0.5\t</s>
-99\t<s>\t-0.25
-0.75\ta\t-0.125
-1\tb

\\2-grams:
-0.1\t<s> a
-0.2\ta b

\\end\\
"""


def model_of(order):
    return MaximumLikelihoodModel(count_ngrams(SEQUENCES, order, len(TOKENS)))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_what_is_written_is_read_back(tmp_path, order):
    model = model_of(order)
    write_arpa(tmp_path / "model.arpa", model, TOKENS)
    again = read_arpa(tmp_path / "model.arpa")
    assert again.tokens == TOKENS
    for sequence in SEQUENCES:
        ids = torch.tensor([sequence])
        assert_close(again.log_probs(ids), model.log_probs(ids), rtol=1e-7, atol=1e-7)


def test_a_bigram_file_by_hand(tmp_path):
    write_arpa(tmp_path / "model.arpa", model_of(2), TOKENS)
    lines = (tmp_path / "model.arpa").read_text().split("\n")
    assert lines[:3] == ["\\data\\", "ngram 1=5", "ngram 2=7"]
    assert f"{math.log10(1 / 3):.9g}\tb b" in lines
    assert f"{math.log10(2 / 7):.9g}\ta\t-99" in lines
    assert "-99\t<unk>" in lines


def test_an_unlisted_bigram_backs_off(tmp_path):
    (tmp_path / "model.arpa").write_text(BACKOFF)
    model = read_arpa(tmp_path / "model.arpa")
    end, a, b = (model.tokens.index(token) for token in ("</s>", "a", "b"))
    scores = model.log_probs(torch.tensor([[a, b, end]])) / math.log(10)
    # listed; listed; b has no back-off weight, so 0 + the unigram
    assert_close(scores, torch.tensor([[-0.1, -0.2, -0.5]]).double())
    # <s> b is not listed: -0.25 - 1; a </s>: -0.125 - 0.5
    assert_close(
        model.next_log_probs(torch.tensor([], dtype=torch.long))[b].item() / math.log(10), -1.25
    )
    assert_close(model.next_log_probs(torch.tensor([a]))[end].item() / math.log(10), -0.625)


def test_the_formats_zero_is_read_as_log_zero(tmp_path):
    write_arpa(tmp_path / "model.arpa", model_of(2), TOKENS)
    assert f"\t{LOG10_ZERO:g}\n" in (tmp_path / "model.arpa").read_text()
    model = read_arpa(tmp_path / "model.arpa")
    assert model.next_log_probs(torch.tensor([2]))[2].item() == -math.inf


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\\end\\\n", "", "is not a whole ARPA file"),
        ("-0.2\ta b", "zero\ta b", "line 13: cannot read"),
        ("-0.2\ta b", "-0.2\ta c", "line 13: cannot read"),
        ("-0.2\ta b\n", "", "announces"),
    ],
)
def test_a_faulty_file_is_named(tmp_path, old, new, message):
    (tmp_path / "model.arpa").write_text(BACKOFF.replace(old, new))
    with pytest.raises(ValueError, match=message):
        read_arpa(tmp_path / "model.arpa")


def test_tokens_that_the_format_cannot_hold_are_refused(tmp_path):
    with pytest.raises(ValueError, match="token 'a b' cannot stand"):
        write_arpa(tmp_path / "model.arpa", model_of(1), ("<unk>", "</s>", "a b", "b"))
    with pytest.raises(ValueError, match="3 tokens for vocab_size=4"):
        write_arpa(tmp_path / "model.arpa", model_of(1), TOKENS[:3])
