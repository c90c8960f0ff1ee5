"""ARPA files: by hand, round trip, and faults named."""

import math
from dataclasses import replace

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


SPACES = ["\u00a0", "\u3000", "\u2028", "\x85", "\v", "\f", "\x1c"]


@pytest.mark.parametrize("space", SPACES)
def test_white_space_that_separates_nothing_stays_in_the_word(tmp_path, space):
    """KenLM's estimator writes 10<U+00A0>000 as one word, and a lone U+00A0 too."""
    tokens = ("<unk>", "</s>", f"10{space}000", space)
    model = model_of(2)
    write_arpa(tmp_path / "model.arpa", model, tokens)
    again = read_arpa(tmp_path / "model.arpa")
    assert again.tokens == tokens
    ids = torch.tensor(SEQUENCES[:1])
    assert_close(again.log_probs(ids), model.log_probs(ids), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-0.2\ta b", "nan\ta b", "line 13: .*log-probability nan is not at most 0"),
        ("-0.2\ta b", "inf\ta b", "line 13: .*log-probability inf is not at most 0"),
        ("-1\tb", "0.5\tb", "line 9: .*log-probability 0.5 is not at most 0"),
        ("-0.2\ta b", "-0_2\ta b", "line 13: .*'-0_2' is no number"),
        ("-0.75\ta\t-0.125", "-0.75\ta\tnan", "line 8: .*back-off weight nan is not finite"),
        ("-0.75\ta\t-0.125", "-0.75\ta\tinf", "line 8: .*back-off weight inf is not finite"),
        ("-0.75\ta\t-0.125", "-0.75\ta\t-inf", "line 8: .*back-off weight -inf is not finite"),
        ("\\2-grams:", "\\3-grams:", "line 11: found .* where .*2-grams: must stand"),
        ("\\2-grams:", "\\x-grams:", r"line 11: found .* where \\2-grams: must stand"),
        ("\\2-grams:", "\\1-grams:", r"line 11: found .* where \\2-grams: must stand"),
    ],
)
def test_what_kenlm_refuses_is_refused(tmp_path, old, new, message):
    (tmp_path / "model.arpa").write_text(BACKOFF.replace(old, new))
    with pytest.raises(ValueError, match=message):
        read_arpa(tmp_path / "model.arpa")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("grams:\n", "grams: \t\n").replace("data\\\n", "data\\  \n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "ngram 1=7\nmade by hand\n" + text + "\\end\\\nrest",
        lambda text: text.replace("-0.2\ta b", "-0.2 a  b "),
    ],
)
def test_marks_and_blanks_that_mean_nothing_change_nothing(tmp_path, edit):
    (tmp_path / "model.arpa").write_bytes(BACKOFF.encode())
    (tmp_path / "other.arpa").write_bytes(edit(BACKOFF).encode())
    model, other = read_arpa(tmp_path / "model.arpa"), read_arpa(tmp_path / "other.arpa")
    assert model.tokens == other.tokens
    for mine, theirs in zip(model.log_probs_of, other.log_probs_of, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_nothing_predicts_the_beginning_whatever_the_file_says(tmp_path):
    """KenLM writes "0 <s>"; others list n-grams with <s> behind a word."""
    text = BACKOFF.replace("-99\t<s>", "0\t<s>").replace("-0.2\ta b", "-0.2\ta b\n-0.3\ta <s>")
    (tmp_path / "model.arpa").write_text(text.replace("ngram 2=2", "ngram 2=3"))
    model = read_arpa(tmp_path / "model.arpa")
    row = torch.tensor([[0, model.bos_id, 1, 2]])
    scores = model.log_probs(row)[0]
    assert scores[1] == -math.inf
    # after <s> the row begins anew
    assert_close(scores[2:], model.log_probs(row[:, 2:])[0])
    begin = model.next_log_probs(torch.tensor([1]))
    assert_close(begin.exp()[2].item(), 10**-0.2)


def test_numbers_without_a_place_in_the_format_are_not_written(tmp_path):
    model = model_of(2).as_backoff_model()
    weights = model.log_backoffs[0].copy()
    weights[2] = math.inf
    with pytest.raises(ValueError, match="a 1-gram has a back-off weight that is NaN or infinite"):
        write_arpa(tmp_path / "m.arpa", replace(model, log_backoffs=(weights,)), TOKENS)
    scores = model.log_probs_of[1].copy()
    scores[0] = math.nan
    broken = replace(model, log_probs_of=(model.log_probs_of[0], scores))
    with pytest.raises(ValueError, match="a 2-gram has a log-probability that is NaN or above 0"):
        write_arpa(tmp_path / "m.arpa", broken, TOKENS)
    with pytest.raises(ValueError, match="token 'b' has two ids"):
        write_arpa(tmp_path / "m.arpa", model, ("<unk>", "b", "a", "b"))
    assert not (tmp_path / "m.arpa").exists()
