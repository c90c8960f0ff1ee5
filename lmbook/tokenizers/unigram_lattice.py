"""Every way to cut words into pieces: the best way for one word, all ways at once for many.

A piece that may stand from one character position of a word to a later one is an edge; a
segmentation is a path along edges from the first position to the last. Its probability is the
product of the probabilities of its pieces.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

STOP = 0x110000  # one above the last code point of Unicode
# nodes where edges start, nodes where they end, and the numbers of their pieces
_Edges = tuple[np.ndarray, np.ndarray, np.ndarray]


def prefix_table(pieces: Iterable[str], scores: Iterable[float]) -> dict[str, float]:
    """Score by piece, and −∞ for a string that is only the beginning of a piece.

    A search for pieces at one place may stop at the first string that the table lacks.
    """
    score_of = dict(zip(pieces, scores, strict=True))
    prefixes = {piece[:end] for piece in score_of for end in range(1, len(piece))}
    return dict.fromkeys(prefixes, -math.inf) | score_of


def best_segmentation(
    word: str, table: Mapping[str, float], *, allow_whole: bool = True
) -> list[str]:
    """The pieces of the most probable path through ``word``, by the Viterbi algorithm.

    ``table`` is a ``prefix_table`` of log-probabilities that holds every character of ``word``.
    Of two equally probable ways to reach a position the one with the longer last piece wins.
    Without ``allow_whole`` the word may not be one piece.
    """
    best = [0.0] + [-math.inf] * len(word)  # log-probability of the best path to each position
    came_from = [0] * len(best)
    for start in range(len(word)):
        here = best[start]
        last = len(word) if allow_whole or start > 0 else len(word) - 1
        for end in range(start + 1, last + 1):
            score = table.get(word[start:end])
            if score is None:
                break
            if here + score > best[end]:
                best[end], came_from[end] = here + score, start
    pieces = []
    end = len(word)
    while end > 0:
        pieces.append(word[came_from[end] : end])
        end = came_from[end]
    return pieces[::-1]


def draw_segmentation(
    word: str, table: Mapping[str, float], generator: np.random.Generator, alpha: float
) -> list[str]:
    """The pieces of a random path, drawn in proportion to its probability ** ``alpha``.

    Forward, the probabilities of all paths to each position are summed. Backward from the end, the
    last piece is drawn by its share in that sum. ``table`` as in ``best_segmentation``.
    """
    edges: list[list[tuple[int, float]]] = [[] for _ in range(len(word) + 1)]  # by their end
    log_sum = [0.0]
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            score = table.get(word[start:end])
            if score is None:
                break
            if score > -math.inf:
                edges[end].append((start, log_sum[start] + alpha * score))
        paths = [path for _, path in edges[start + 1]]
        greatest = max(paths)
        log_sum.append(greatest + math.log(sum(math.exp(path - greatest) for path in paths)))
    pieces = []
    end = len(word)
    while end > 0:
        shares = np.exp([path - log_sum[end] for _, path in edges[end]])
        chosen = np.searchsorted(np.cumsum(shares)[:-1], generator.random(), side="right")
        start = edges[end][chosen][0]
        pieces.append(word[start:end])
        end = start
    return pieces[::-1]


class WordLattices:
    """All edges of all words in flat arrays, so that one pass of numpy serves every word.

    Nodes are numbered position by position: first position 0 of every word, then position 1 of
    every word that has one, and so on, the longest word first. Edges are grouped by the position
    where they end and by their length. No node has two edges of a group, so numpy treats a group
    at once. A pass takes positions of the longest word × lengths of pieces such steps.

    Raises ``ValueError`` for no word, an empty word, or a character that is not a piece.
    """

    def __init__(self, word_counts: Mapping[str, int], pieces: Sequence[str]) -> None:
        self.words = sorted(sorted(word_counts), key=len, reverse=True)
        if not all(self.words) or not self.words:
            raise ValueError("there is no word" if not self.words else "a word is empty")
        missing = set("".join(self.words)).difference(pieces)
        if missing:
            raise ValueError(f"character {min(missing)!r} is not a piece")
        self.word_counts = np.array([word_counts[word] for word in self.words], dtype=np.float64)
        lengths = np.array([len(word) for word in self.words], dtype=np.int64)
        n_nodes_at = np.searchsorted(-lengths, -np.arange(lengths[0] + 1), side="right")
        self._first_node = np.concatenate([[0], np.cumsum(n_nodes_at)])
        # the node behind the last character of every word
        self._final_node = self._first_node[lengths] + np.arange(len(self.words))
        code_points, word_of = join_words(self.words)
        position = np.arange(len(word_of)) - (np.cumsum(lengths + 1) - lengths - 1)[word_of]
        node = self._first_node[position] + word_of
        node_code = np.empty_like(code_points)
        node_code[node] = code_points
        next_node = np.arange(len(node)) + np.repeat(n_nodes_at, n_nodes_at)
        self._edges = _find_edges(node_code, next_node, pieces)

    def keep_pieces(self, kept: Bool[np.ndarray, " pieces"]) -> None:
        """Drop the edges of every piece that is not ``kept`` and number the others anew.

        Characters must be kept: without them a word may have no segmentation.
        """
        new_number = np.cumsum(kept) - 1
        stays = [kept[piece] for _, _, piece in self._edges]
        self._edges = [
            (start[s], end[s], new_number[piece[s]])
            for (start, end, piece), s in zip(self._edges, stays, strict=True)
        ]

    def expected_counts(
        self, log_probs: Float[np.ndarray, " pieces"]
    ) -> tuple[Float[np.ndarray, " pieces"], float]:
        """How often each piece is used on average over all segmentations, and the log-likelihood.

        Segmentations weigh as their probability given the word; words weigh as their count.
        The log-likelihood of all words is in nats. Forward: the log-probability of reaching a
        node sums over the edges into it. Backward: the count of a word flows from its last node
        to its first and splits at every node as the edges share in that sum.
        """
        groups = self._groups()
        forward = np.full(self._first_node[-1], -np.inf)
        forward[: len(self.words)] = 0.0
        for start, end, piece in groups:
            forward[end] = np.logaddexp(forward[end], forward[start] + log_probs[piece])

        node_count = np.zeros(len(forward))
        node_count[self._final_node] = self.word_counts
        flows = []
        for start, end, piece in reversed(groups):
            share = np.exp(forward[start] + log_probs[piece] - forward[end])
            flows.append(share * node_count[end])
            node_count[start] += flows[-1]
        used = np.concatenate([piece for _, _, piece in reversed(groups)])
        counts = np.bincount(used, weights=np.concatenate(flows), minlength=len(log_probs))
        return counts, float(self.word_counts @ forward[self._final_node])

    def best_segmentations(
        self, log_probs: Float[np.ndarray, " pieces"]
    ) -> tuple[Int[np.ndarray, " all"], Int[np.ndarray, " words"]]:
        """The pieces of all ``words`` in a row, as ``best_segmentation``, and how many of each."""
        best = np.full(self._first_node[-1], -np.inf)
        best[: len(self.words)] = 0.0
        came_from, last_piece = np.zeros((2, len(best)), dtype=np.int64)
        for start, end, piece in self._groups():
            path = best[start] + log_probs[piece]
            better = path > best[end]
            end = end[better]
            best[end], came_from[end], last_piece[end] = path[better], start[better], piece[better]
        words, nodes = np.arange(len(self.words)), self._final_node
        words_of, found = [], []  # the last piece of every word, then the one before, …
        while len(words):
            words_of.append(words)
            found.append(last_piece[nodes])
            nodes = came_from[nodes]
            inside = nodes >= len(self.words)  # smaller numbers are at position 0
            words, nodes = words[inside], nodes[inside]
        word_of = np.concatenate(words_of[::-1])
        order = np.argsort(word_of, kind="stable")
        return np.concatenate(found[::-1])[order], np.bincount(word_of)

    def _groups(self) -> list[_Edges]:
        """The groups of edges by the position of their end, and of these the longest first."""
        bounds = [np.searchsorted(start, self._first_node) for start, _, _ in self._edges]
        return [
            (start[a:b], end[a:b], piece[a:b])
            for position in range(1, len(self._first_node) - 1)
            for length in range(min(position, len(bounds)), 0, -1)
            for start, end, piece in [self._edges[length - 1]]
            for a, b in [bounds[length - 1][position - length : position - length + 2]]
            if a < b
        ]


def join_words(
    words: Sequence[str],
) -> tuple[Int[np.ndarray, " places"], Int[np.ndarray, " places"]]:
    """The code points of all words with a ``STOP`` behind each, and the word of every place.

    A string read from any place on meets a ``STOP`` before it can reach the next word.
    """
    lengths = np.array([len(word) for word in words], dtype=np.int64)
    joined = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    word_of = np.repeat(np.arange(len(words)), lengths)
    code_points = np.full(len(joined) + len(words), STOP, dtype=np.int64)
    code_points[np.arange(len(joined)) + word_of] = joined
    return code_points, np.repeat(np.arange(len(words)), lengths + 1)


def _find_edges(
    node_code: Int[np.ndarray, " nodes"],
    next_node: Int[np.ndarray, " nodes"],
    pieces: Sequence[str],
) -> list[_Edges]:
    """By length: the edges of all pieces of that length, in order of their start.

    All nodes read characters together. Each holds the number of the prefix of a piece that it
    has read; the next character leads to the number of a longer prefix or drops the node.
    """
    number = {prefix: i for i, prefix in enumerate(prefix_table(pieces, [0.0] * len(pieces)), 1)}
    piece_of = np.full(len(number) + 1, -1, dtype=np.int64)
    piece_of[[number[piece] for piece in pieces]] = np.arange(len(pieces))
    # a key is (shorter prefix, next character); the empty prefix has number 0
    keys = np.array([number.get(p[:-1], 0) * (STOP + 1) + ord(p[-1]) for p in number])
    longer = np.argsort(keys)
    keys = keys[longer]

    start = end = np.flatnonzero(node_code != STOP)
    prefix = np.zeros(len(start), dtype=np.int64)
    edges = []
    while True:
        key = prefix * (STOP + 1) + node_code[end]
        slot = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        alive = keys[slot] == key
        start, end, prefix = start[alive], next_node[end[alive]], longer[slot[alive]] + 1
        if not len(start):
            return edges
        piece = piece_of[prefix]
        edges.append((start[piece >= 0], end[piece >= 0], piece[piece >= 0]))
