"""What a tagger looks at around a word: features as ids, and networks that score tags from them.

A feature is a string such as ``-1:mr.`` (the word before is *Mr.*). A position has a fixed number
of them; those not met in training share the id 0, whose weights stay 0.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_texts, check_whole
from lmbook.nn.recurrent import LSTM
from lmbook.tasks.tag_counts import shape_of

Features = Callable[[Sequence[str], int], list[str]]
_OUTSIDE = "‖"  # beyond the first and the last word


def window_features(words: Sequence[str], i: int) -> list[str]:
    """For words: the word, its neighbours, prefixes, suffixes, shape, and pairs of neighbours."""
    word, left, right = words[i], _at(words, i - 1), _at(words, i + 1)
    low = word.lower()
    return [
        f"0:{low}",
        f"-1:{left.lower()}",
        f"+1:{right.lower()}",
        f"-2:{_at(words, i - 2).lower()}",
        f"+2:{_at(words, i + 2).lower()}",
        f"-1,0:{left.lower()} {low}",
        f"0,+1:{low} {right.lower()}",
        *(f"s{n}:{low[-n:]}" for n in (1, 2, 3, 4)),
        *(f"p{n}:{low[:n]}" for n in (2, 3)),
        f"shape:{_case(word)}",
        f"shapes:{_case(left)} {_case(word)} {_case(right)}",
        "bias",
    ]


def character_features(words: Sequence[str], i: int) -> list[str]:
    """For characters: five of them around the position, and the pairs and triples they make."""
    a, b, c, d, e = (_at(words, i + k) for k in (-2, -1, 0, 1, 2))
    singles = [f"-2:{a}", f"-1:{b}", f"0:{c}", f"+1:{d}", f"+2:{e}"]
    pairs = [f"-2,-1:{a}{b}", f"-1,0:{b}{c}", f"0,+1:{c}{d}", f"+1,+2:{d}{e}", f"-1,+1:{b}{d}"]
    return [*singles, *pairs, f"-1,0,+1:{b}{c}{d}", "bias"]


def word_features(words: Sequence[str], i: int) -> list[str]:
    """The word alone: lower case, suffixes, shape. A recurrent network sees the others itself."""
    low = words[i].lower()
    return [low, f"s3:{low[-3:]}", f"s2:{low[-2:]}", f"shape:{_case(words[i])}"]


def plain_features(words: Sequence[str], i: int) -> list[str]:
    """The word, or character, and nothing else."""
    return [words[i]]


def pair_features(words: Sequence[str], i: int) -> list[str]:
    """The character and the two pairs that it makes: what a recurrent network gets in Chinese."""
    left, right = _at(words, i - 1), _at(words, i + 1)
    return [words[i], f"-1,0:{left}{words[i]}", f"0,+1:{words[i]}{right}"]


class FeatureReader:
    """Features of a position → ids, known from training; 0 for the others.

    Raises ``ValueError`` for a feature that stands twice.
    """

    def __init__(self, features: Features, names: Iterable[str]) -> None:
        self.features, names = features, tuple(names)
        self.ids = {name: i for i, name in enumerate(names, 1)}
        if len(self.ids) < len(names):
            twice = Counter(names).most_common(1)[0][0]
            raise ValueError(f"names hold {twice!r} twice")

    @classmethod
    def train(
        cls, rows: Iterable[Sequence[str]], features: Features, min_count: int = 1
    ) -> "FeatureReader":
        """Take the features that stand ``min_count`` times or more in ``rows``.

        Raises ``ValueError`` for one string in place of a row, and if no feature is left.
        """
        check_whole("min_count", min_count, 1)
        counts: Counter[str] = Counter()
        for n, words in enumerate(rows):
            check_texts(f"rows[{n}]", words)
            for i in range(len(words)):
                counts.update(features(words, i))
        names = [name for name, count in counts.items() if count >= min_count]
        if not names:
            raise ValueError(f"rows hold no feature {min_count} times or more")
        return cls(features, names)

    def __len__(self) -> int:
        return len(self.ids) + 1

    def read(self, words: Sequence[str]) -> Int[Tensor, "time feature"]:
        """The ids of all positions. Raises ``ValueError`` for no word or one string."""
        check_texts("words", words, some=True)
        get = self.ids.get
        rows = [[get(name, 0) for name in self.features(words, i)] for i in range(len(words))]
        return torch.tensor(rows)

    def collate(self, rows: Sequence[Int[Tensor, "_ feature"]]) -> tuple[Tensor, ...]:
        """One tensor of ids ``[batch time feature]``, padded with 0."""
        return (nn.utils.rnn.pad_sequence(list(rows), batch_first=True),)


class LinearScores(nn.Module):
    """The score of a tag is the sum of its features' weights; a chain on top makes it a CRF."""

    def __init__(self, n_features: int, n_tags: int) -> None:
        super().__init__()
        self.weights = nn.EmbeddingBag(n_features, n_tags, mode="sum", padding_idx=0)
        nn.init.zeros_(self.weights.weight)

    def forward(
        self, ids: Int[Tensor, "batch time feature"], mask: Tensor | None = None
    ) -> Float[Tensor, "batch time tag"]:
        """A score for every tag at every position; padding scores 0, whatever ``mask`` says."""
        return self.weights(ids.flatten(0, 1)).view(*ids.shape[:2], -1)


class RecurrentScores(nn.Module):
    """Two LSTMs, one from each side, over the sum of the features' vectors.

    ``dropout`` acts on both ends of them. Source: Huang, Xu and Yu (2015).
    """

    def __init__(
        self,
        n_features: int,
        n_tags: int,
        d_model: int = 64,
        d_hidden: int = 64,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(n_features, d_model, mode="sum", padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.forwards = LSTM(d_model, d_hidden, forget_bias=1.0)
        self.backwards = LSTM(d_model, d_hidden, forget_bias=1.0)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(2 * d_hidden, n_tags)

    def forward(
        self, ids: Int[Tensor, "batch time feature"], mask: Tensor
    ) -> Float[Tensor, "batch time tag"]:
        """A score for every tag at every position; ``mask`` is True at real ones."""
        x = self.embedding(ids.flatten(0, 1)).view(*ids.shape[:2], -1)
        x, lengths = self.dropout(x), mask.sum(1)
        left, _ = self.forwards(x)
        places = reversed_places(lengths, ids.shape[1])[..., None]
        right, _ = self.backwards(x.take_along_dim(places, 1))
        both = torch.cat([left, right.take_along_dim(places, 1)], dim=-1)
        return self.output(self.dropout(both))


def reversed_places(lengths: Int[Tensor, " batch"], time: int) -> Int[Tensor, "batch time"]:
    """The positions of each row from its end to its beginning; padding stays where it is."""
    places = torch.arange(time, device=lengths.device)
    turned = lengths[:, None] - 1 - places
    return torch.where(turned >= 0, turned, places)


def _at(words: Sequence[str], i: int) -> str:
    return words[i] if 0 <= i < len(words) else _OUTSIDE


def _case(word: str) -> str:
    return shape_of(word).split(" ")[0]
