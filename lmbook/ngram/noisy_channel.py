"""The noisy channel for spelling: which word was meant, given what was typed.

A language model says which words are likely, a channel says which slips are likely, and Bayes'
rule multiplies the two. Source: Kernighan, Church and Gale (1990).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np
import torch
from jaxtyping import Float64

from lmbook.arguments import check_number, check_several, check_text, check_texts, check_type
from lmbook.language_model import LanguageModel
from lmbook.ngram.letters import LETTER_INDEX, START, check_letters, indices
from lmbook.tokenizers.vocabulary import Vocabulary

KINDS = ("deletion", "insertion", "replacement", "transposition")


@dataclass(frozen=True)
class Edit:
    """One slip of the typist, with the two letters on which its probability depends.

    - deletion: of the letters ``first second`` only ``first`` was typed;
    - insertion: after the letter ``first`` of the word, ``second`` was typed too;
    - replacement: for ``first``, ``second`` was typed;
    - transposition: ``first second`` were typed as ``second first``.
    """

    kind: str
    first: str
    second: str


def all_edits(word: str) -> Iterator[tuple[Edit, str]]:
    """Every single slip on ``word`` with what it leaves; one result may come from several slips.

    Raises ``ValueError`` if the word holds anything but the letters a to z.
    """
    check_letters("word", word)
    padded = START + word
    for i in range(len(word) + 1):
        before, rest = word[:i], word[i:]
        for letter in ascii_lowercase:
            yield Edit("insertion", padded[i], letter), before + letter + rest
            if rest and letter != rest[0]:
                yield Edit("replacement", rest[0], letter), before + letter + rest[1:]
        if rest:
            yield Edit("deletion", padded[i], rest[0]), before + rest[1:]
        if len(rest) > 1 and rest[0] != rest[1]:
            swapped = before + rest[1] + rest[0] + rest[2:]
            yield Edit("transposition", rest[0], rest[1]), swapped


def edits1(word: str) -> set[str]:
    """All strings at one slip from ``word``, without ``word``; errors as ``all_edits``."""
    return {typed for _, typed in all_edits(word)}


def single_edits(intended: str, typed: str) -> list[Edit]:
    """The slips that turn ``intended`` into ``typed``: several, if *er* is typed as *err*."""
    check_text("intended", intended)
    check_text("typed", typed)
    padded = START + intended
    length, difference = len(intended), len(typed) - len(intended)
    if difference == 1:
        places = (i for i in range(length + 1) if intended[:i] + typed[i] + intended[i:] == typed)
        return [Edit("insertion", padded[i], typed[i]) for i in places]
    if difference == -1:
        places = (i for i in range(length) if intended[:i] + intended[i + 1 :] == typed)
        return [Edit("deletion", padded[i], intended[i]) for i in places]
    if difference != 0:
        return []
    unlike = [i for i in range(length) if intended[i] != typed[i]]
    right, wrong = "".join(intended[i] for i in unlike), "".join(typed[i] for i in unlike)
    if len(unlike) == 1:
        return [Edit("replacement", right, wrong)]
    if len(unlike) == 2 and unlike[1] == unlike[0] + 1 and wrong == right[::-1]:
        return [Edit("transposition", right[0], right[1])]
    return []


class EditChannel:
    """P(typed | intended): a word is typed right, or with exactly one slip.

    ``rates[kind]`` is a table, first letter by second letter (row 0 is the start of the word), of
    how often a slip happens where it can. Given that there is a slip, each that is possible in
    the word has a probability in proportion to its rate, so the sum over all typed strings is 1.
    """

    def __init__(
        self, rates: Mapping[str, Float64[np.ndarray, "first second"]], p_error: float = 0.05
    ) -> None:
        if not 0 < p_error < 1:
            raise ValueError(f"p_error={p_error} is not between 0 and 1")
        if sorted(rates) != list(KINDS):
            raise ValueError(f"rates has the kinds {sorted(rates)}, needs {list(KINDS)}")
        self.rates = dict(rates)
        self.p_error = p_error
        # what all insertions at one place weigh together, and all replacements of one letter
        self._insertions = self.rates["insertion"][:, 1:].sum(axis=1)
        replaced = self.rates["replacement"]
        self._replacements = replaced[:, 1:].sum(axis=1) - np.diag(replaced)
        self._swaps = self.rates["transposition"] * (1 - np.eye(len(LETTER_INDEX)))

    @classmethod
    def uniform(cls, p_error: float = 0.05) -> "EditChannel":
        """The channel in which every slip that a word admits is equally likely."""
        return cls(
            {kind: np.ones((len(LETTER_INDEX), len(LETTER_INDEX))) for kind in KINDS}, p_error
        )

    @classmethod
    def train(
        cls, pairs: Iterable[tuple[str, str]], add: float = 1.0, p_error: float = 0.05
    ) -> "EditChannel":
        """Learn the rates from pairs (typed, intended); pairs more than one slip apart are skipped.

        rate = (slips + add) / (opportunities + 26 add). An opportunity is a place in an intended
        word where the slip could happen; a pair with several readings is shared among them.

        Raises ``ValueError`` if ``add`` is not positive or no pair is one slip apart.
        """
        check_several("pairs", pairs)
        check_number("add", add)
        if add <= 0:
            raise ValueError(f"add={add} is not positive")
        slips, opportunities = _count_slips(pairs)
        if not any(table.any() for table in slips.values()):
            raise ValueError("no pair is exactly one slip apart: there is nothing to learn from")
        rates = {k: (slips[k] + add) / (opportunities[k] + 26 * add) for k in KINDS}
        return cls(rates, p_error)

    def log_prob(self, typed: str, intended: str) -> float:
        """log P(typed | intended) in nats; -inf if they are more than one slip apart.

        Raises ``ValueError`` if either holds anything but the letters a to z.
        """
        check_letters("intended", intended)
        check_letters("typed", typed)
        if typed == intended:
            return math.log1p(-self.p_error)
        rate = sum(self._rate(edit) for edit in single_edits(intended, typed))
        if rate == 0:
            return -math.inf
        return math.log(self.p_error) + math.log(rate) - math.log(self._total(intended))

    def sample(self, intended: str, generator: torch.Generator) -> str:
        """Draw a misspelling of ``intended``: always one slip."""
        check_letters("intended", intended)
        edits, results = zip(*all_edits(intended), strict=True)
        weights = torch.tensor([self._rate(edit) for edit in edits])
        return results[int(torch.multinomial(weights, 1, generator=generator))]

    def _rate(self, edit: Edit) -> float:
        return float(self.rates[edit.kind][LETTER_INDEX[edit.first], LETTER_INDEX[edit.second]])

    def _total(self, word: str) -> float:
        """The rates of all slips that ``word`` admits, added up."""
        ids = indices(word)
        total = self._insertions[ids].sum() + self._replacements[ids[1:]].sum()
        total += self.rates["deletion"][ids[:-1], ids[1:]].sum()
        return float(total + self._swaps[ids[1:-1], ids[2:]].sum())


@dataclass(frozen=True)
class Candidate:
    """A word that may have been meant, its log-probabilities in nats, and its weighted score."""

    word: str
    log_prior: float
    log_channel: float
    score: float


class SpellingCorrector:
    """The word w with the largest prior_weight · log P(w in its context) + log P(typed | w).

    P(w in its context) covers w and what follows, given what stands before. ``vocabulary``
    numbers the words of ``model``. Words with anything but the letters a to z are known in a
    context and never proposed. A weight of 1 is Bayes' rule.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        model: LanguageModel,
        channel: EditChannel,
        prior_weight: float = 1.0,
    ) -> None:
        n_words = len(vocabulary)
        if n_words != model.vocab_size:
            raise ValueError(f"vocabulary has {n_words} tokens, the model {model.vocab_size}")
        self.vocabulary, self.model, self.channel = vocabulary, model, channel
        self.prior_weight = prior_weight

    def candidates(
        self, typed: str, before: Sequence[str] = (), after: Sequence[str] = ()
    ) -> list[Candidate]:
        """The words at no or one slip from ``typed``, the best first, ties in alphabetical order.

        Raises ``ValueError`` if ``typed`` holds anything but the letters a to z.
        """
        check_letters("typed", typed)
        check_texts("before", before)
        check_texts("after", after)
        words = sorted(word for word in edits1(typed) | {typed} if word and word in self.vocabulary)
        if not words:
            return []
        found, weight = [], self.prior_weight
        for word, prior in zip(words, self._log_priors(words, before, after), strict=True):
            channel = self.channel.log_prob(typed, word)
            # a weight of 0 wins against log 0
            found.append(Candidate(word, prior, channel, channel + (weight and weight * prior)))
        return sorted(found, key=lambda candidate: -candidate.score)

    def correct(self, typed: str, before: Sequence[str] = (), after: Sequence[str] = ()) -> str:
        """The best candidate, or ``typed`` itself if there is none."""
        candidates = self.candidates(typed, before, after)
        return candidates[0].word if candidates else typed

    def _log_priors(
        self, words: list[str], before: Sequence[str], after: Sequence[str]
    ) -> list[float]:
        ids = torch.tensor([self.vocabulary.ids([*before, word, *after]) for word in words])
        return self.model.log_probs(ids)[:, len(before) :].double().sum(dim=1).tolist()


def _count_slips(
    pairs: Iterable[tuple[str, str]],
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Slips by kind and letters, and how often each could have happened in those words."""
    size = len(LETTER_INDEX)
    slips = {kind: np.zeros((size, size)) for kind in KINDS}
    letters, neighbours = np.zeros(size), np.zeros((size, size))
    for i, pair in enumerate(pairs):
        check_type(f"pairs[{i}]", pair, tuple, list)
        typed, intended = pair
        for edit in (edits := single_edits(intended, typed)):
            slips[edit.kind][LETTER_INDEX[edit.first], LETTER_INDEX[edit.second]] += 1 / len(edits)
        if edits:
            ids = indices(intended)
            np.add.at(letters, ids, 1.0)
            np.add.at(neighbours, (ids[:-1], ids[1:]), 1.0)
    places = (neighbours, letters[:, None], letters[:, None], neighbours)
    return slips, dict(zip(KINDS, places, strict=True))
