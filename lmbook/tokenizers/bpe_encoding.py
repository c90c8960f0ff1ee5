"""Apply merges to a word, and remember the words.

A text repeats its words: most of its pre-tokens have been encoded before. So the merging below
need not be the fastest there is; finding again what it returned must be.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

_MAX_CACHED, _MAX_CACHED_LENGTH = 1 << 16, 64  # pre-tokens kept, and characters in one of them


@lru_cache(maxsize=1)
def byte_alphabet() -> tuple[str, ...]:
    """A printable character for each byte, as GPT-2 writes them: "Ġ" stands for the space.

    Visible characters of Latin-1 stand for their own byte, the other 68 bytes take the code
    points from U+0100 on. Source: Radford et al. (2019), the released encoder.
    """
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return tuple(chr(byte if byte in visible else next(others)) for byte in range(256))


def from_byte_alphabet(token: str) -> bytes:
    """The bytes that a token in ``byte_alphabet`` stands for."""
    return token.translate(_byte_codes()).encode("latin-1")


@lru_cache(maxsize=1)
def _byte_codes() -> dict[int, int]:
    return {ord(character): byte for byte, character in enumerate(byte_alphabet())}


class PretokenCache(dict[str, list[int]]):
    """Pre-token → ids, worked out when first asked for.

    Long pre-tokens are not kept, and when ``_MAX_CACHED`` are kept all are forgotten.
    """

    def __init__(self, encode: Callable[[str], list[int]]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, pretoken: str) -> list[int]:
        ids = self._encode(pretoken)
        if len(pretoken) <= _MAX_CACHED_LENGTH:
            if len(self) >= _MAX_CACHED:
                self.clear()
            self[pretoken] = ids
        return ids


def apply_merges(
    symbols: Sequence[int],
    made: Mapping[tuple[int, int], int],
    results: Sequence[int] | None = None,
) -> list[int]:
    """Merge neighbours until no pair is in ``made``: the earliest merge first, then the leftmost.

    ``made`` maps a pair to the id of what its merge makes; an earlier merge makes a smaller id.
    With ``results`` it maps to the number of the merge, and ``results`` says which id that makes.
    A heap of the pairs keeps long words fast: n symbols take n log n steps, not the n² of a
    search for the best pair after every merge.
    """
    get = made.get
    symbols = [*symbols, -1]  # -1: the end, or swallowed by the symbol before
    following = list(range(1, len(symbols) + 1))
    preceding = list(range(-1, len(symbols) - 1))
    heap = [(made[pair], i) for i, pair in enumerate(pairwise(symbols)) if pair in made]
    heapq.heapify(heap)
    while heap:
        merge, place = heapq.heappop(heap)
        second = following[place]
        if get((symbols[place], symbols[second])) != merge:
            continue  # one of the two was merged since
        merged = merge if results is None else results[merge]
        before, after = preceding[place], following[second]
        symbols[place], symbols[second] = merged, -1
        following[place], preceding[after] = after, place
        # before the first symbol, at place -1, is the -1 at the end
        if (new := get((symbols[before], merged))) is not None:
            heapq.heappush(heap, (new, before))
        if (new := get((merged, symbols[after]))) is not None:
            heapq.heappush(heap, (new, place))
    return [symbol for symbol in symbols if symbol >= 0]
