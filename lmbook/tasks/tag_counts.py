"""Tags from counts: the most frequent tag of each word, and the hidden Markov model.

Both train in one pass over the text. They are the baselines of every tagger.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lmbook.arguments import check_number, check_text, check_texts
from lmbook.data.sets.tagging import Tagged
from lmbook.nn.crf_chain import best_paths, log_partition, tag_probabilities

Rows = Sequence[Sequence[str]]


def shape_of(word: str) -> str:
    """What an unknown word still shows: capital, digit or mark, and its last three letters.

    Raises ``ValueError`` for an empty word.
    """
    check_text("word", word)
    if not word:
        raise ValueError(f"word={word!r} is empty")
    if not any(character.isalnum() for character in word):
        return "mark"
    if any(character.isdigit() for character in word):
        return "digit"
    return ("Aa " if word[0].isupper() else "a ") + word[-3:].lower()


class MostFrequentTag:
    """Each word gets the tag that it had most often; an unknown word that of its shape.

    A shape is counted in words that stand once: they are the likest to those never seen.
    """

    def __init__(
        self,
        words: dict[str, str],
        shapes: dict[str, str],
        fallback: str,
        shape: Callable[[str], str] = shape_of,
    ) -> None:
        self.words, self.shapes, self.fallback, self.shape = words, shapes, fallback, shape

    @classmethod
    def train(
        cls, sentences: Iterable[Tagged], shape: Callable[[str], str] = shape_of
    ) -> "MostFrequentTag":
        """Count. Raises ``ValueError`` if there is no sentence."""
        counts, total = _word_tags(sentences)
        shapes: dict[str, Counter[str]] = {}
        for word, tags in counts.items():
            if tags.total() == 1:
                shapes.setdefault(shape(word), Counter()).update(tags)
        return cls(
            {word: _first(tags) for word, tags in counts.items()},
            {name: _first(tags) for name, tags in shapes.items()},
            _first(total),
            shape,
        )

    def predict(self, rows: Rows) -> list[list[str]]:
        """The tags of each row of words. Raises ``ValueError`` for a string in place of a row."""
        found = []
        for i, words in enumerate(rows):
            check_texts(f"rows[{i}]", words)
            found.append([self.words.get(w) or self._guess(w) for w in words])
        return found

    def _guess(self, word: str) -> str:
        return self.shapes.get(self.shape(word), self.fallback)


class HMM:
    """A Markov chain over tags, each of which emits a word: P(words, tags) as a product of counts.

    Its logarithms are the scores of a chain like the CRF's, so the same three passes serve: the
    forward sum is log P(words), the best path is Viterbi's, and the gradient of the sum is P(tag
    at position | words). Source: Rabiner (1989).
    """

    def __init__(
        self,
        tags: Sequence[str],
        transitions: Float[Tensor, "tag tag"],
        start: Float[Tensor, " tag"],
        end: Float[Tensor, " tag"],
        emissions: dict[str, Tensor],
        unknown: dict[str, Tensor],
        shape: Callable[[str], str] = shape_of,
    ) -> None:
        self.tags, self.shape = tuple(tags), shape
        self.chain = (transitions, start, end)
        self.emissions, self.unknown = emissions, unknown

    @classmethod
    def train(
        cls, sentences: Sequence[Tagged], k: float = 0.01, shape: Callable[[str], str] = shape_of
    ) -> "HMM":
        """Counts plus ``k`` each, as probabilities; an unknown word is emitted as its shape.

        The shape's probability comes from words that stand once, which count twice: as themselves
        and as an unknown word. Raises ``ValueError`` for no sentence, or ``k`` not above 0.
        """
        check_number("k", k)
        if not k > 0:
            raise ValueError(f"k={k} is not above 0: an unseen pair would have probability 0")
        counts, total = _word_tags(sentences)
        tags = sorted(total)
        n = {tag: i for i, tag in enumerate(tags)}
        steps, first, last = _steps(sentences, n)
        table = {word: _row(seen, n) for word, seen in counts.items()}
        shapes = _shapes({w: row for w, row in table.items() if counts[w].total() == 1}, shape, n)
        mass = torch.stack([*table.values(), *shapes.values()]).sum(0)
        mass = mass + k * (len(table) + len(shapes))
        out = torch.cat([steps, last[:, None]], 1) + k  # a tag is followed by a tag or the end
        out = (out / out.sum(1, keepdim=True)).log()
        start = ((first + k) / (first + k).sum()).log()
        emit, unknown = (
            {key: ((row + k) / mass).log() for key, row in part.items()} for part in (table, shapes)
        )
        return cls(tags, out[:, :-1].contiguous(), start, out[:, -1].clone(), emit, unknown, shape)

    def predict(self, rows: Rows) -> list[list[str]]:
        """The most probable tags of each row, by Viterbi; an empty row has none."""
        found: list[list[str]] = [[] for _ in rows]
        for places, scores, mask in self._batches(rows):
            for place, path in zip(
                places, best_paths(scores, *self.chain, mask).tolist(), strict=True
            ):
                found[place] = [self.tags[i] for i in path[: len(rows[place])]]
        return found

    def log_probs(self, rows: Rows) -> list[float]:
        """log P(words) of each row in nats, the sum over all tag sequences; 0 for an empty row."""
        found = [0.0] * len(rows)
        for places, scores, mask in self._batches(rows):
            sums = log_partition(scores, *self.chain, mask).tolist()
            for place, value in zip(places, sums, strict=True):
                found[place] = value
        return found

    def posteriors(self, words: Sequence[str]) -> Float[Tensor, "time tag"]:
        """P(tag at position | all words) of one row. Raises ``ValueError`` for no word."""
        check_texts("words", words, some=True)
        ((_, scores, mask),) = self._batches([words])
        return tag_probabilities(scores, *self.chain, mask)[0]

    def scores(self, words: Sequence[str]) -> Float[Tensor, "time tag"]:
        """log P(word | tag) of each word of a row."""
        check_texts("words", words)
        rows = [self.emissions.get(word) for word in words]
        unknown = (self.unknown.get(self.shape(word), self.unknown[""]) for word in words)
        found = [u if row is None else row for row, u in zip(rows, unknown, strict=True)]
        return torch.stack(found) if found else torch.zeros(0, len(self.tags)).double()

    def _batches(
        self, rows: Rows, batch_size: int = 256
    ) -> Iterable[tuple[list[int], Tensor, Bool[Tensor, "batch time"]]]:
        order = sorted((i for i, row in enumerate(rows) if len(row)), key=lambda i: len(rows[i]))
        for begin in range(0, len(order), batch_size):
            places = order[begin : begin + batch_size]
            lines = [self.scores(rows[i]) for i in places]
            scores = torch.nn.utils.rnn.pad_sequence(lines, batch_first=True)
            lengths = torch.tensor([len(line) for line in lines])
            yield places, scores, torch.arange(scores.shape[1]) < lengths[:, None]


def _word_tags(sentences: Iterable[Tagged]) -> tuple[dict[str, Counter[str]], Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for sentence in sentences:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            counts.setdefault(word, Counter())[tag] += 1
    if not counts:
        raise ValueError("sentences hold no word: there is nothing to count")
    total: Counter[str] = Counter()
    for tags in counts.values():
        total.update(tags)
    return counts, total


def _steps(sentences: Sequence[Tagged], n: dict[str, int]) -> tuple[Tensor, Tensor, Tensor]:
    """How often a tag follows another ``[from to]``, is first, and is last."""
    steps = torch.zeros(len(n) ** 2, dtype=torch.float64)
    first, last = torch.zeros(2, len(n), dtype=torch.float64)
    rows = [[n[tag] for tag in sentence.tags] for sentence in sentences if sentence.tags]
    pairs = [a * len(n) + b for row in rows for a, b in pairwise(row)]
    ends = [(first, [row[0] for row in rows]), (last, [row[-1] for row in rows])]
    for counts, places in [(steps, pairs), *ends]:
        counts += torch.bincount(torch.tensor(places, dtype=torch.long), minlength=len(counts))
    return steps.view(len(n), len(n)), first, last


def _shapes(
    once: dict[str, Tensor], shape: Callable[[str], str], n: dict[str, int]
) -> dict[str, Tensor]:
    """Counts of tags by the shape of words that stand once; "" for a shape that none has."""
    shapes: dict[str, Tensor] = {}
    for word, row in once.items():
        shapes[shape(word)] = shapes.get(shape(word), 0) + row
    total = sum(shapes.values(), torch.ones(len(n), dtype=torch.float64))
    shapes[""] = total / total.sum()  # as if seen once, with the tags of all
    return shapes


def _row(counts: Counter[str], n: dict[str, int]) -> Tensor:
    row = torch.zeros(len(n), dtype=torch.float64)
    for tag, count in counts.items():
        row[n[tag]] = count
    return row


def _first(counts: Counter[str]) -> str:
    """The most frequent; the first by name of equals."""
    return min(counts, key=lambda tag: (-counts[tag], tag))
