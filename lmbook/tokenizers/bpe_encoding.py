"""Apply merges to a word, and remember the words.

A text repeats its words: most of its pre-tokens have been encoded before, and finding again what
the merging returned matters most. Of the words met for the first time most are short.
"""

import heapq
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

_MAX_CACHED, _MAX_CACHED_LENGTH = 1 << 16, 64  # pre-tokens kept, and characters in one of them
_MAX_SEARCHED = 24  # symbols up to which searching them all beats a heap
_NEVER = sys.maxsize  # stands for the number of a merge that there is not


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
    """
    merge_all = _merge_by_search if len(symbols) <= _MAX_SEARCHED else _merge_by_heap
    return merge_all(symbols, made, results)


def _merge_by_search(
    symbols: Sequence[int], made: Mapping[tuple[int, int], int], results: Sequence[int] | None
) -> list[int]:
    """Look for the best pair again after every merge: n² steps, but each of them is one of C's."""
    get = made.get
    symbols = [-1, *symbols, -1]  # with an end on both sides every symbol has two neighbours
    merges = [get(pair, _NEVER) for pair in pairwise(symbols)]
    while (merge := min(merges)) < _NEVER:
        place = merges.index(merge)
        symbols[place] = merged = merge if results is None else results[merge]
        del symbols[place + 1], merges[place]
        merges[place - 1] = get((symbols[place - 1], merged), _NEVER)
        merges[place] = get((merged, symbols[place + 1]), _NEVER)
    return symbols[1:-1]


def _merge_by_heap(
    symbols: Sequence[int], made: Mapping[tuple[int, int], int], results: Sequence[int] | None
) -> list[int]:
    """Keep the pairs in a heap: n symbols take n log n steps, which long words need."""
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
