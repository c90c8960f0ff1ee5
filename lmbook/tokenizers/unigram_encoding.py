"""Words to the ids of their most probable pieces, and the words remembered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np
from jaxtyping import Float

from lmbook.tokenizers.unigram_lattice import (
    WordLattices,
    best_segmentation,
    draw_segmentation,
    prefix_table,
)
from lmbook.tokenizers.unigram_training import SPACE

# An unknown character is e¹⁰ times less probable than the least probable piece (as in
# SentencePiece), so a path through it is the last resort.
UNKNOWN_PENALTY = 10.0
MAX_CACHED_WORDS = 1 << 18  # a cache with more starts anew before the next text
MANY_WORDS = 1 << 12  # so many new words of a text are segmented faster by numpy, all together


class WordEncoder:
    """The pieces of every word of a text as ids: the best segmentation or a random one.

    ``ids`` are those of the pieces, ``log_probs`` one number a piece in the same order. With
    ``byte_ids``, one for each byte, unknown characters become bytes and not ``unknown_id``.
    """

    def __init__(
        self,
        ids: Mapping[str, int],
        log_probs: Float[np.ndarray, " pieces"],
        unknown_id: int,
        byte_ids: Sequence[int] = (),
    ) -> None:
        self._ids, self._log_probs = dict(ids), log_probs
        self._piece_ids = np.array(list(ids.values()), dtype=np.int64)
        self._unknown_id, self._byte_ids = unknown_id, byte_ids
        self._table = prefix_table(ids, log_probs.tolist())
        self._characters = {piece for piece in ids if len(piece) == 1}
        self._unknown_score = float(log_probs.min()) - UNKNOWN_PENALTY
        self._cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        """The ids of the most probable pieces of every word."""
        words = self.words(text)
        if len(self._cache) > MAX_CACHED_WORDS:
            self._cache.clear()
        new = set(words).difference(self._cache)
        if len(new) >= MANY_WORDS:
            self._cache.update(self._many_word_ids(new))
        for word in new:
            if word not in self._cache:
                self._cache[word] = self._word_ids(word, self._best)
        return list(chain.from_iterable(map(self._cache.__getitem__, words)))

    def sample(self, text: str, generator: np.random.Generator, alpha: float) -> list[int]:
        """The ids of a segmentation drawn in proportion to its probability ** ``alpha``."""

        def draw(word: str) -> list[str]:
            return draw_segmentation(word, self._table, generator, alpha)

        return list(chain.from_iterable(self._word_ids(w, draw) for w in self.words(text)))

    def words(self, text: str) -> list[str]:
        """What stands between spaces, for each of which ``▁`` is still to be put in front."""
        if not text:
            return []
        return (text if self._byte_ids else text.replace(SPACE, " ")).split(" ")

    def _best(self, part: str) -> list[str]:
        return best_segmentation(part, self._table)

    def _many_word_ids(self, words: Iterable[str]) -> dict[str, list[int]]:
        """``_word_ids`` of those of ``words`` that are made of known characters."""
        known = self._characters - {SPACE}
        counts = {SPACE + word: 1 for word in words if known.issuperset(word)}
        if not counts or SPACE not in self._characters:
            return {}
        lattices = WordLattices(counts, tuple(self._ids))
        pieces, n_pieces = lattices.best_segmentations(self._log_probs)
        ids = self._piece_ids[pieces].tolist()
        bounds = pairwise([0, *np.cumsum(n_pieces).tolist()])
        return {w[1:]: ids[a:b] for w, (a, b) in zip(lattices.words, bounds, strict=True)}

    def _word_ids(self, word: str, segment: Callable[[str], list[str]]) -> list[int]:
        """Ids of one word after a space. Only with byte fallback can it hold a literal ``▁``."""
        first, *others = word.split(SPACE)
        ids = self._part_ids(SPACE + first, segment)
        for part in others:
            ids += self._fallback_ids(SPACE)
            ids += self._part_ids(part, segment)
        return ids

    def _part_ids(self, part: str, segment: Callable[[str], list[str]]) -> list[int]:
        """Ids of the pieces of ``part``, with unknown neighbours taken together."""
        if self._characters.issuperset(part):
            return [self._ids[piece] for piece in segment(part)]
        self._table.update(dict.fromkeys(set(part) - self._characters, self._unknown_score))
        ids = []
        unknown = ""
        for piece in segment(part):
            if piece not in self._ids:
                unknown += piece
                continue
            ids += [*self._fallback_ids(unknown), self._ids[piece]]
            unknown = ""
        return ids + self._fallback_ids(unknown)

    def _fallback_ids(self, unknown: str) -> list[int]:
        """The bytes of unknown characters, or one ``<unk>`` for all; nothing for no character."""
        if self._byte_ids:
            return [self._byte_ids[byte] for byte in to_bytes(unknown)]
        return [self._unknown_id] if unknown else []


def to_bytes(text: str) -> bytes:
    """UTF-8; a lone surrogate, which has none, takes the three bytes that its number would."""
    return text.encode("utf-8", "surrogatepass")
