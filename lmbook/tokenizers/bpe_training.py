"""Learn the merges of byte-pair encoding without counting everything again after each one.

A merge changes pairs only beside the places where it happens. So every pair keeps its count and
its places, and a heap offers the pair with the greatest count. A pair that holds a new symbol is
formed everywhere at once, and from then on its count can only fall: an entry of the heap that is
out of date promises too much, and is put right when it comes up.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, pairwise

from lmbook.arguments import check_type, check_whole

TIES = ("smallest_ids", "first_seen", "greatest_pair")
_EDGE, _GONE = -1, -2  # between two words; swallowed by the symbol before

Pair = tuple[int, int]
Key = tuple[int | float, ...]


class _Words:
    """All different words in one row of symbols, with the count and the places of every pair.

    ``weights`` says how often the word of a place occurs. The places of a pair are in order and
    may hold some where it no longer is: ``merge`` looks before it acts.
    """

    def __init__(self, word_counts: Mapping[tuple[int, ...], int]) -> None:
        self.symbols, self.weights = [_EDGE], [0]
        for word, count in word_counts.items():
            self.symbols += (*word, _EDGE)
            self.weights += [count] * (len(word) + 1)
        self.following = list(range(1, len(self.symbols) + 1))
        self.preceding = list(range(-1, len(self.symbols) - 1))
        self.counts: defaultdict[Pair, int] = defaultdict(int)
        self.places: defaultdict[Pair, list[int]] = defaultdict(list)
        for place, pair in enumerate(pairwise(self.symbols)):
            if _EDGE not in pair:
                self.counts[pair] += self.weights[place]
                self.places[pair].append(place)

    def merge(self, pair: Pair, merged: int) -> Iterable[Pair]:
        """Replace ``pair`` by ``merged`` everywhere, from the left; return the pairs formed."""
        symbols, following, preceding = self.symbols, self.following, self.preceding
        weights, counts, (left, right) = self.weights, self.counts, pair
        formed: defaultdict[Pair, list[int]] = defaultdict(list)
        for place in self.places.pop(pair):
            second = following[place]
            if symbols[place] != left or symbols[second] != right:
                continue
            before, after = preceding[place], following[second]
            symbols[place], symbols[second] = merged, _GONE
            following[place], preceding[after] = after, place
            if (neighbour := symbols[before]) != _EDGE:
                counts[neighbour, left] -= weights[place]
                formed[neighbour, merged].append(before)
            if (neighbour := symbols[after]) != _EDGE:
                counts[right, neighbour] -= weights[place]
                formed[merged, neighbour].append(place)
        del counts[pair]
        self.places.update(formed)
        for new, places in formed.items():
            counts[new] += sum([weights[place] for place in places])
        return formed

    def first_place(self, pair: Pair) -> int:
        """The first place where ``pair`` still is; the places before it are forgotten."""
        places, symbols, following = self.places[pair], self.symbols, self.following
        lost = 0
        while (symbols[places[lost]], symbols[following[places[lost]]]) != pair:
            lost += 1
        del places[:lost]
        return places[0]


def iter_merges(
    word_counts: Mapping[tuple[int, ...], int], first_id: int, ties: str, min_count: int
) -> Iterator[Pair]:
    """Yield one merge after the other, until no pair occurs ``min_count`` times.

    No piece is made twice: how a stretch of symbols is merged does not depend on what stands
    around it, as long as no merge crosses its ends.
    """
    words = _Words(word_counts)
    # a piece as the negatives of the ids it spells, then infinity: the last in dictionary order
    # has the least key, and the longer comes before its own beginning
    keys: dict[int, Key] = {symbol: (-symbol, float("inf")) for symbol in set(words.symbols)}
    entry = _entries(words, ties, keys)
    heap = [entry(pair) for pair, count in words.counts.items() if count >= min_count]
    heapq.heapify(heap)
    merged = first_id
    while heap:
        offered = heapq.heappop(heap)
        pair = offered[-1]
        if words.counts[pair] < min_count:
            continue
        if (current := entry(pair)) != offered:
            heapq.heappush(heap, current)
            continue
        yield pair
        keys[merged] = keys[pair[0]][:-1] + keys[pair[1]]
        for new in words.merge(pair, merged):
            if words.counts[new] >= min_count:
                heapq.heappush(heap, entry(new))
        merged += 1


def _entries(words: _Words, ties: str, keys: Mapping[int, Key]) -> Callable[[Pair], tuple]:
    """What the heap orders pairs by: the greatest count first, then the rule for ties."""
    counts = words.counts
    if ties == "smallest_ids":
        return lambda pair: (-counts[pair], pair)
    if ties == "first_seen":
        return lambda pair: (-counts[pair], words.first_place(pair), pair)
    return lambda pair: (-counts[pair], keys[pair[0]], keys[pair[1]], pair)


def train_merges(
    word_counts: Mapping[tuple[int, ...], int],
    n_merges: int,
    *,
    ties: str = "smallest_ids",
    min_count: int = 2,
    first_id: int | None = None,
) -> list[Pair]:
    """The first ``n_merges`` merges of byte-pair encoding, fewer if no pair is frequent enough.

    ``word_counts`` maps words, as symbol ids, to how often they occur; no merge crosses a word.
    Each step merges the pair of neighbours that occurs most often, overlaps included ("aaa" holds
    two pairs), and at least ``min_count`` times; its new symbol takes the next id from
    ``first_id`` on, which is by default one more than the greatest id. Of several most frequent
    pairs ``ties`` takes

    - ``"smallest_ids"``: the one with the smallest left id, then right id;
    - ``"first_seen"``: the one whose first place is earliest, in the words as they are now
      segmented and in the order of ``word_counts``;
    - ``"greatest_pair"``: the last in dictionary order, by spelling and not by id: the left part
      is compared first, each as a sequence of the ids it was built from.

    Raises ``ValueError`` for another ``ties``, for ``n_merges`` < 0, ``min_count`` < 1, or an id
    that is negative or not below ``first_id``. Source: Sennrich et al. (2016), algorithm 1.
    """
    check_type("word_counts", word_counts, Mapping)
    greatest = max((max(word, default=-1) for word in word_counts), default=-1)
    first_id = greatest + 1 if first_id is None else first_id
    check_training(ties, min_count)
    check_whole("n_merges", n_merges, 0)
    if greatest >= first_id:
        raise ValueError(f"id {greatest} is not below first_id={first_id}")
    smallest = min((min(word, default=0) for word in word_counts), default=0)
    if smallest < 0:
        raise ValueError(f"id {smallest} is negative")
    merges = iter_merges(word_counts, first_id, ties, min_count)
    return list(islice(merges, n_merges))


def check_training(ties: str, min_count: int) -> None:
    """Raise ``ValueError`` for an unknown rule for ties or a ``min_count`` below 1."""
    if ties not in TIES:
        raise ValueError(f"ties={ties!r} is none of {', '.join(TIES)}")
    check_whole("min_count", min_count, 1)


def spell_merges(
    merges: Iterable[Pair], tokens: list[str], inside: str = ""
) -> list[tuple[str, str]]:
    """Merges in writing; what each makes is appended to ``tokens``, which start with the base.

    ``inside`` is what tokens start with that do not start a word; it goes when such a token is
    appended to another.
    """
    spelled = []
    for left, right in merges:
        spelled.append((tokens[left], tokens[right]))
        tokens.append(tokens[left] + tokens[right].removeprefix(inside))
    return spelled
