"""Which word translates which: IBM Model 1, learned from pairs of sentences alone.

Every target word comes from one source word, or from an empty word in front of the sentence
(NULL); which one is hidden, and every source word is as likely as any other. EM finds the
translation probabilities. Source: Brown et al. (1993), section 4.

All cells of the data, a target word with a source word of its sentence, lie in one long array,
so that a step of EM is three sums over groups of cells and no loop over sentences.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from jaxtyping import Float, Int

from lmbook.arguments import check_several, check_text, check_texts, check_whole

NULL = ""
"""The empty source word, which stands before the first word of each sentence."""
FLOOR = 1e-12
"""The least translation probability; zero could never grow again."""

Words = Sequence[str]
# The words of a source sentence and of its translation.
SentencePair = tuple[Words, Words]
Links = list[int]
"""For each target word the position of its source word, −1 for NULL."""


@dataclass(frozen=True)
class Cells:
    """Every target word with every source word of its sentence, NULL first, in reading order.

    ``type_of`` numbers the pairs of words, ``token_of`` the target tokens; ``sources`` and
    ``targets`` are the words of each type of pair. ``n_target`` counts each sentence's words.
    """

    source_ids: dict[str, int]
    target_ids: dict[str, int]
    sources: Int[np.ndarray, " type"]
    targets: Int[np.ndarray, " type"]
    type_of: Int[np.ndarray, " cell"]
    token_of: Int[np.ndarray, " cell"]
    n_target: Int[np.ndarray, " sentence"]


def make_cells(pairs: Sequence[SentencePair]) -> Cells:
    """The cells of all sentence pairs.

    Raises ``ValueError`` for no pair, a string in place of a list of words, and a sentence
    without words.
    """
    _check_pairs(pairs)
    source_ids, words, lengths = _numbered([words for words, _ in pairs], {NULL: 0})
    target_ids, target, heights = _numbered([words for _, words in pairs], {})
    widths = lengths + 1  # with NULL
    source = np.zeros(widths.sum(), dtype=np.int64)
    is_word = np.ones(len(source), dtype=bool)
    is_word[np.cumsum(widths) - widths] = False
    source[is_word] = words
    width_of = np.repeat(widths, heights)  # of each target token, how many sources it may have
    token_of = np.repeat(np.arange(len(target)), width_of)
    begins = np.repeat(np.cumsum(widths) - widths, heights)  # where its sources begin
    within = np.arange(len(token_of)) - np.repeat(np.cumsum(width_of) - width_of, width_of)
    source_of = source[begins[token_of] + within]
    keys = target[token_of] * len(source_ids) + source_of
    types, type_of = np.unique(keys, return_inverse=True)
    targets, sources = np.divmod(types, len(source_ids))
    return Cells(source_ids, target_ids, sources, targets, type_of, token_of, heights)


class Model1:
    """Translation probabilities t(target | source) of the pairs of words that met in training."""

    def __init__(self, cells: Cells, probabilities: Float[np.ndarray, " type"]) -> None:
        self.cells, self.probabilities = cells, probabilities
        self._source_words = list(cells.source_ids)
        self._target_words = list(cells.target_ids)
        n = len(cells.source_ids)
        self._keys = cells.targets * n + cells.sources  # sorted

    def probability(self, target: str, source: str) -> float:
        """t(target | source); ``FLOOR`` for words that never met."""
        check_text("source", source)
        check_text("target", target)
        return float(self.table((source,), (target,))[0, 1])

    def table(self, source: Words, target: Words) -> Float[np.ndarray, "target source"]:
        """t of each target word given NULL, in the first column, and each source word.

        Raises ``ValueError`` for one string in place of words, or for no word.
        """
        check_texts("source", source, some=True)
        check_texts("target", target, some=True)
        s = np.array([0, *(self.cells.source_ids.get(word, -1) for word in source)])
        t = np.array([self.cells.target_ids.get(word, -1) for word in target])
        keys = t[:, None] * len(self.cells.source_ids) + s
        places = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
        known = (self._keys[places] == keys) & (s >= 0) & (t >= 0)[:, None]
        return np.where(known, self.probabilities[places], FLOOR)

    def align(self, source: Words, target: Words) -> Links:
        """The most probable source position of each target word; the last of equal ones."""
        table = self.table(source, target)
        last = table.shape[1] - 1 - table[:, ::-1].argmax(axis=1)
        return (last - 1).tolist()

    def align_training(self) -> list[Links]:
        """``align`` of every sentence pair of the training data, all at once."""
        values = self.probabilities[self.cells.type_of]
        token_of, heights = self.cells.token_of, self.cells.n_target
        begins = np.flatnonzero(np.diff(token_of, prepend=-1))
        places = np.arange(len(values)) - begins[token_of]
        is_best = values == np.maximum.reduceat(values, begins)[token_of]
        links = np.maximum.reduceat(np.where(is_best, places, 0), begins) - 1
        ends, found = np.cumsum(heights), links.tolist()
        return [found[end - n : end] for end, n in zip(ends, heights, strict=True)]

    def best(self, source: str, n: int = 1) -> list[tuple[str, float]]:
        """The ``n`` most probable translations of a source word; none if it was never seen.

        Raises ``ValueError`` for ``n`` below 1.
        """
        check_text("source", source)
        check_whole("n", n, 1)
        here = np.flatnonzero(self.cells.sources == self.cells.source_ids.get(source, -1))
        order = here[np.argsort(-self.probabilities[here], kind="stable")[:n]]
        return [
            (self._target_words[self.cells.targets[i]], float(self.probabilities[i])) for i in order
        ]

    def gloss(self, source: Words) -> list[str]:
        """Word for word: the most probable translation of each word, in the source's order.

        A word that was never seen stays as it is. Raises ``ValueError`` for one string or no word.
        """
        check_texts("source", source, some=True)
        return [(self.best(word) or [(word, 1.0)])[0][0] for word in source]


def train_model1(
    pairs: Sequence[SentencePair], n_iterations: int = 5
) -> tuple[Model1, list[float]]:
    """Translation probabilities by EM, and the log-likelihood before each iteration.

    The log-likelihood is in nats per target word, up to the constant for lengths; it never falls.

    Raises ``ValueError`` for ``n_iterations`` below 1 and for what ``make_cells`` refuses.
    """
    check_whole("n_iterations", n_iterations, 1)
    cells = make_cells(pairs)
    n_sources, n_types = len(cells.source_ids), len(cells.targets)
    n_choices, source_of = np.bincount(cells.token_of), cells.sources[cells.type_of]
    probabilities = np.full(n_types, 1 / len(cells.target_ids))
    history = []
    for _ in range(n_iterations):
        weights = probabilities[cells.type_of]
        sums = np.bincount(cells.token_of, weights)
        history.append(float(np.log(sums / n_choices).mean()))
        weights /= sums[cells.token_of]  # how probable each source is as the target's origin
        counts = np.bincount(cells.type_of, weights)
        totals = np.bincount(source_of, weights, n_sources)
        probabilities = np.maximum(counts / totals[cells.sources], FLOOR)
    return Model1(cells, probabilities), history


def _numbered(
    rows: list[Words], known: dict[str, int]
) -> tuple[dict[str, int], Int[np.ndarray, " token"], Int[np.ndarray, " sentence"]]:
    """Numbers of the words after those ``known``, that of each token, and each row's length."""
    ids = defaultdict(None, known)
    ids.default_factory = ids.__len__  # a new word gets the next number: one look-up a token
    tokens = chain.from_iterable(rows)
    numbers = np.fromiter(map(ids.__getitem__, tokens), dtype=np.int64)
    return dict(ids), numbers, np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))


def _check_pairs(pairs: Sequence[SentencePair]) -> None:
    check_several("pairs", pairs)
    if not len(pairs):
        raise ValueError("pairs is empty: there is nothing to align")
    for i, (source, target) in enumerate(pairs):
        if source and target and not isinstance(source, str) and not isinstance(target, str):
            continue
        side, words = (
            ("target", target) if source and not isinstance(source, str) else ("source", source)
        )
        what = "is one string: give a list of words" if words else "has no word"
        raise ValueError(f"pairs[{i}]: the {side} {what}")
