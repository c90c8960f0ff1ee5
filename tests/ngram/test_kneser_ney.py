"""Kneser–Ney against its definition, computed with dictionaries, and against KenLM."""

import importlib.util
import math
import shutil
import subprocess
from collections import Counter, defaultdict

import numpy as np
import pytest
import torch

from lmbook.ngram.arpa import read_arpa, write_arpa
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.kneser_ney import (
    continuation_counts,
    modified_discounts,
    modified_kneser_ney,
)

BOS = "<s>"
V = 800
needs_kenlm = pytest.mark.skipif(
    importlib.util.find_spec("kenlm") is None,
    reason="the package kenlm is not installed (it needs a C++ compiler and cmake)",
)
needs_lmplz = pytest.mark.skipif(
    shutil.which("lmplz") is None, reason="KenLM's estimator lmplz is not on the PATH"
)


def random_text(n_sequences=600, vocab_size=V, seed=3):
    """Ids of sequences with a preference for what followed before; id 1 ends each."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocab_size - 1)
    text = []
    for length in rng.integers(0, 14, n_sequences):
        words = 2 + rng.choice(vocab_size - 2, length, p=weights / weights.sum())
        words[1:] = np.where(rng.random(max(0, length - 1)) < 0.3, words[:-1], words[1:])
        text.append([*words.tolist(), 1])
    return text


def by_definition(text, order, vocab_size):
    """P(word | context) of modified Kneser–Ney, straight from Chen and Goodman's equations."""
    raw = Counter()
    left = defaultdict(set)
    for row in text:
        padded = (BOS, *row)
        for end in range(1, len(padded) + 1):
            for n in range(1, order + 1):
                if n <= end:
                    ngram = padded[end - n : end]
                    raw[ngram] += 1
                    left[ngram[1:]].add(ngram[0])
    adjusted = defaultdict(Counter)
    for ngram, count in raw.items():
        if ngram == (BOS,):
            continue
        keeps = len(ngram) == order or ngram[0] == BOS
        adjusted[ngram[:-1]][ngram[-1]] = count if keeps else len(left[ngram])
    discounts = {}
    for n in range(1, order + 1):
        values = [c for h, row in adjusted.items() if len(h) == n - 1 for c in row.values()]
        of = Counter(values)
        y = of[1] / (of[1] + 2 * of[2])
        discounts[n] = [0.0] + [r - (r + 1) * y * of[r + 1] / of[r] for r in (1, 2, 3)]

    def prob(word, context):
        lower = prob(word, context[1:]) if context else 1 / vocab_size
        row = adjusted.get(context)
        if not row:
            return lower
        d, total = discounts[len(context) + 1], sum(row.values())
        kept = max(0.0, row[word] - d[min(3, row[word])]) / total
        return kept + sum(d[min(3, c)] for c in row.values()) / total * lower

    return prob


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_every_probability_follows_the_definition(order):
    text, other = random_text(), random_text(60, seed=8)
    model = modified_kneser_ney(count_ngrams(text, order, V))
    prob = by_definition(text, order, V)
    for row in other:
        scores = model.log_probs(torch.tensor([row]))[0].exp()
        padded = (BOS, *row)
        for t, word in enumerate(row):
            context = padded[max(0, t + 2 - order) : t + 1]
            assert scores[t].item() == pytest.approx(prob(word, context), rel=1e-10)


def test_continuations_count_different_left_neighbours():
    # <s> a b a b </s> and <s> c b </s>, ids as in the other tests: </s>1 a2 b3 c4
    counts = continuation_counts(count_ngrams([[2, 3, 2, 3, 1], [4, 3, 1]], 2, 5))
    assert [counts.count((w,)) for w in (2, 3, 4, 1)] == [2, 2, 1, 1]
    assert counts.count((2, 3)) == 2  # the top level keeps its counts


def test_modified_discounts_by_hand():
    # n1 n2 n3 n4 = 10 5 3 2: Y = 10 / 20; 1 - 2Y·5/10, 2 - 3Y·3/5, 3 - 4Y·2/3
    level = np.array([1] * 10 + [2] * 5 + [3] * 3 + [4] * 2 + [9])
    assert modified_discounts(level) == pytest.approx((0.5, 1.1, 5 / 3))


@pytest.mark.parametrize("level", [[1, 1, 2], [2, 2, 3, 3], [1] * 10 + [2] + [3] * 5])
def test_odd_counts_are_refused(level):
    with pytest.raises(ValueError, match="no n-gram has count|is outside 0 to"):
        modified_discounts(np.array(level))


def words_of(text):
    return [" ".join(f"w{i}" for i in row[:-1]) for row in text]


TOKENS = ["<unk>", "</s>", *(f"w{i}" for i in range(2, V))]


@needs_kenlm
@pytest.mark.parametrize("order", [2, 3, 5])  # KenLM reads no unigram files
def test_kenlm_reads_our_file_and_scores_alike(order, tmp_path):
    import kenlm

    text, other = random_text(), random_text(100, seed=8)
    model = modified_kneser_ney(count_ngrams(text, order, V))
    write_arpa(tmp_path / "m.arpa", model, TOKENS)
    theirs = kenlm.Model(str(tmp_path / "m.arpa"))
    total_ours = total_theirs = 0.0
    for row, sentence in zip(other, words_of(other), strict=True):
        ours = model.log_probs(torch.tensor([row]))[0] / math.log(10)
        scores = [score for score, _, _ in theirs.full_scores(sentence)]
        np.testing.assert_allclose(ours, scores, atol=1e-4)
        total_ours, total_theirs = total_ours + ours.sum().item(), total_theirs + sum(scores)
    n_tokens = sum(map(len, other))
    perplexities = 10 ** (-total_ours / n_tokens), 10 ** (-total_theirs / n_tokens)
    assert perplexities[0] == pytest.approx(perplexities[1], rel=1e-6)


@needs_lmplz
@pytest.mark.parametrize("order", [2, 3, 5])
def test_kenlms_estimator_writes_the_same_model(order, tmp_path):
    text, other = random_text(), random_text(100, seed=8)
    (tmp_path / "text").write_text("\n".join(words_of(text)) + "\n")
    command = ["lmplz", "-o", str(order), "--text", "text", "--arpa", "m.arpa", "-S", "64M"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    theirs = read_arpa(tmp_path / "m.arpa")
    seen = sorted({word for row in text for word in row if word != 1})
    # a word that never occurs is not in KenLM's vocabulary: renumber, so that V agrees
    ours_id = {"<unk>": 0, "</s>": 1} | {f"w{w}": i for i, w in enumerate(seen, start=2)}
    model = modified_kneser_ney(
        count_ngrams([[ours_id.get(f"w{w}", 1) for w in row] for row in text], order, len(ours_id))
    )
    their_id = {token: i for i, token in enumerate(theirs.tokens)}
    for row in other:
        names = ["</s>" if w == 1 else f"w{w}" if w in seen else "<unk>" for w in row]
        a = model.log_probs(torch.tensor([[ours_id[name] for name in names]])) / math.log(10)
        b = theirs.log_probs(torch.tensor([[their_id[name] for name in names]])) / math.log(10)
        np.testing.assert_allclose(a, b, atol=1e-4)
