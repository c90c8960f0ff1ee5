"""ROUGE: n-grams and longest common subsequences that a summary shares with a reference.

Source: Lin (2004); the numbers are those of rouge-score 0.1.2.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_several, check_text, shown
from lmbook.metrics.classification import Scores
from lmbook.metrics.metric_tokens import rouge_words, token_rows, tokenize_lines
from lmbook.metrics.ngram_matches import ngram_matches, pick_rows
from lmbook.metrics.pairs import References, check_pairs, check_segmented, pair_numbers

KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
"""Kinds of ROUGE, by what is shared (words, pairs of words, the longest common subsequence of the
whole text, the union of those of its sentences, which stand on lines of their own)."""


def rouge(
    hypotheses: Sequence[str],
    references: References,
    kinds: Sequence[str] = ("rouge1", "rouge2", "rougeL"),
    *,
    stem: bool = False,
    tokenize: str = "rouge",
) -> dict[str, Scores]:
    """Precision, recall and F1, from 0 to 1, of every hypothesis, for each of ``kinds``.

    The words are runs of a–z and 0–9 in lower case, stemmed by Porter's rules with ``stem``;
    another ``tokenize`` is a tokenizer of BLEU, such as "zh". Of several references the one with
    the highest F1 counts, for each kind by itself. The score of a set of summaries is the mean.
    Raises ``ValueError`` for an unknown kind or tokenizer, ``stem`` with another tokenizer, a
    hypothesis without reference, an empty reference, other numbers of both, and for Chinese or
    Japanese, of which the default tokenizer leaves nothing.
    """
    check_several("kinds", kinds)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise ValueError(f"kinds holds {shown(unknown[0])}, which is not one of {', '.join(KINDS)}")
    pairs = check_pairs(hypotheses, references)
    check_text("tokenize", tokenize)
    if tokenize == "rouge":
        check_segmented(pairs, "tokenize='rouge'", "Set tokenize='zh', or 'char'.")
    texts = _Texts(pairs.lines, tokenize, stem)
    n_references = pairs.n_lines - 1
    numbers = pair_numbers(pairs.n_lines)
    counts = {kind: texts.overlap(kind, numbers) for kind in kinds}
    return {kind: _best_scores(counts[kind], n_references) for kind in kinds}


def lcs_length(first: Sequence[object], second: Sequence[object]) -> int:
    """The length of the longest common subsequence, in one pass over ``second``.

    Bit i of a whole number is 0 where the subsequence ends to be extended at ``first[i]``; one
    addition moves all of them at once. Source: Hyyrö (2004).
    """
    places: dict[object, int] = {}
    for i, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << i
    row = full = (1 << len(first)) - 1
    for token in second:
        if shared := row & places.get(token, 0):
            row = (row + shared | row - shared) & full
    return len(first) - row.bit_count()


class _Texts:
    """Texts as rows of tokens, a hypothesis and a reference in turn, and what the two share."""

    def __init__(self, lines: list[str], tokenize: str, stem: bool) -> None:
        if stem and tokenize != "rouge":
            raise ValueError(f"stem=True goes with tokenize='rouge', not {tokenize!r}")
        self.lines, self.tokenize, self.stem = lines, tokenize, stem
        self.rows = token_rows(lines, tokenize, stem)

    def overlap(self, kind: str, pairs: np.ndarray) -> np.ndarray:
        """Shared units of each pair, units of the hypothesis, units of the reference."""
        if kind == "rougeLsum":
            numbers = pairs.reshape(-1, 2).tolist()
            return np.array([self._summaries(*pair) for pair in numbers])
        ids, lengths = pick_rows(*self.rows, pairs)
        n = 1 if kind == "rougeL" else int(kind[-1])
        if kind == "rougeL":
            tokens, ends = ids.tolist(), [0, *lengths.cumsum().tolist()]
            rows = [tokens[begin:end] for begin, end in pairwise(ends)]
            shared = [lcs_length(*pair) for pair in zip(rows[::2], rows[1::2], strict=True)]
        else:
            shared = ngram_matches(ids, lengths, np.full(len(pairs) // 2, 2), n)[:, -1]
        totals = np.maximum(lengths - n + 1, 0).reshape(-1, 2)
        return np.column_stack([shared, totals])

    def _summaries(self, hypothesis: int, reference: int) -> tuple[int, int, int]:
        """Words of the reference's sentences that the hypothesis's sentences cover together.

        A word counts no more often than either text has it, as in ROUGE-1.5.5.
        """
        ours, theirs = (
            self._split([line for line in self.lines[i].split("\n") if line])
            for i in (hypothesis, reference)
        )
        left = Counter(chain.from_iterable(ours)) & Counter(chain.from_iterable(theirs))
        hits = 0
        for sentence in theirs:
            covered = set().union(*(_lcs_places(sentence, other) for other in ours))
            for i in sorted(covered):
                hits += left[sentence[i]] > 0
                left[sentence[i]] -= left[sentence[i]] > 0
        return hits, sum(map(len, ours)), sum(map(len, theirs))

    def _split(self, sentences: list[str]) -> list[list[str]]:
        if self.tokenize != "rouge":
            return tokenize_lines(sentences, self.tokenize)
        return [rouge_words(sentence, self.stem) for sentence in sentences]


def _lcs_places(sentence: Sequence[str], other: Sequence[str]) -> set[int]:
    """The places in ``sentence`` of one longest common subsequence, of equal ones the last."""
    table = [[0] * (len(other) + 1)]
    for token in sentence:
        above, row = table[-1], [0]
        for j, match in enumerate(other):
            row.append(above[j] + 1 if token == match else max(above[j + 1], row[j]))
        table.append(row)
    places, i, j = set(), len(sentence), len(other)
    while i and j:
        if sentence[i - 1] == other[j - 1]:
            i, j = i - 1, j - 1
            places.add(i)
        elif table[i][j - 1] > table[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return places


def _best_scores(counts: np.ndarray, sizes: np.ndarray) -> Scores:
    shared, of_first, of_second = counts.T
    precision, recall = (shared / np.maximum(of, 1) for of in (of_first, of_second))
    both = precision + recall
    f1 = 2 * precision * recall / np.where(both > 0, both, 1.0)
    group = np.repeat(np.arange(len(sizes)), sizes)
    chosen = np.lexsort((-f1, group))[sizes.cumsum() - sizes]
    return Scores(*(_column(each[chosen]) for each in (precision, recall, f1)))


def _column(values: np.ndarray) -> Float[Tensor, " text"]:
    return torch.from_numpy(values.astype(np.float64))
