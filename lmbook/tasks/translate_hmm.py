"""Word alignment by a hidden Markov model: where the last word came from tells where we are now.

The state at a target word is the position of its source word. The next position depends on the
distance from the last one, the jump; a word from NULL stays where the last word was. Sources:
Vogel, Ney and Tillmann (1996); Och and Ney (2003) for NULL.

Sentences with equal numbers of words go through the forward–backward algorithm together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lmbook.arguments import check_number, check_whole
from lmbook.tasks.translate_align import (
    FLOOR,
    Cells,
    Links,
    Model1,
    SentencePair,
    Words,
    train_model1,
)

FARTHEST = 100
"""Longer jumps count as jumps of this length; longer sentences are rare."""
_LEAST_COUNT = 1e-6  # of a jump, so that none becomes impossible

Emissions = Float[np.ndarray, "sentence target choice"]
Positions = Float[np.ndarray, "sentence source"]


@dataclass(frozen=True)
class HmmAligner:
    """Translation probabilities, and a weight for each jump from −``FARTHEST`` to ``FARTHEST``.

    ``p_null`` is the probability that a target word comes from NULL.
    """

    words: Model1
    jumps: Float[np.ndarray, " jump"]
    p_null: float

    def transitions(self, n_source: int) -> Float[np.ndarray, "source source"]:
        """Probability of each next position (column) after each position (row).

        The weights of the jumps that stay inside the sentence, divided by their sum.
        """
        weights = self.jumps[_jump_numbers(n_source)]
        return weights / weights.sum(axis=1, keepdims=True)

    def align(self, source: Words, target: Words) -> Links:
        """The most probable path (Viterbi): a source position for each word, −1 for NULL."""
        emissions = self.words.table(source, target)[None]
        return _viterbi(emissions, self.transitions(len(source)), self.p_null)[0]

    def align_training(self) -> list[Links]:
        """``align`` of every sentence pair of the training data."""
        found: dict[int, Links] = {}
        for sentences, cells, shape in _groups(self.words.cells):
            emissions = self.words.probabilities[self.words.cells.type_of[cells]].reshape(shape)
            paths = _viterbi(emissions, self.transitions(shape[2] - 1), self.p_null)
            found |= zip(sentences.tolist(), paths, strict=True)
        return [found[i] for i in range(len(found))]


def train_hmm(
    pairs: Sequence[SentencePair],
    n_iterations: int = 5,
    *,
    n_model1: int = 5,
    p_null: float = 0.2,
) -> tuple[HmmAligner, list[float]]:
    """An HMM by EM, from ``n_model1`` iterations of Model 1, and its log-likelihoods.

    These are in nats per target word, before each iteration. The weight of a jump becomes its
    expected count, as in Vogel et al. (1996); because they are normalised inside each sentence,
    this is close to the maximum and not quite it.

    Raises ``ValueError`` for a number of iterations below 1, ``p_null`` outside 0 to 1, and for
    what ``make_cells`` refuses.
    """
    check_whole("n_iterations", n_iterations, 1)
    check_number("p_null", p_null, 0.0, 1.0)
    words, _ = train_model1(pairs, n_model1)
    aligner = HmmAligner(words, np.ones(2 * FARTHEST + 1), p_null)
    history = []
    for _ in range(n_iterations):
        aligner, log_likelihood = _improved(aligner)
        history.append(log_likelihood)
    return aligner, history


def _improved(aligner: HmmAligner) -> tuple[HmmAligner, float]:
    """One step of EM, and the log-likelihood before it."""
    cells, probabilities = aligner.words.cells, aligner.words.probabilities
    weights = np.empty(len(cells.type_of))
    jumps, log_likelihood = np.full(len(aligner.jumps), _LEAST_COUNT), 0.0
    for _, places, shape in _groups(cells):
        emissions = probabilities[cells.type_of[places]].reshape(shape)
        moves = aligner.transitions(shape[2] - 1)
        chosen, moved, log_prob = _expectations(emissions, moves, aligner.p_null)
        weights[places] = chosen.reshape(len(places), -1)
        numbers = _jump_numbers(shape[2] - 1)
        jumps += np.bincount(numbers.ravel(), moved.ravel(), len(jumps))
        log_likelihood += log_prob
    counts = np.bincount(cells.type_of, weights)
    totals = np.bincount(cells.sources, counts, len(cells.source_ids))
    found = np.maximum(counts / np.maximum(totals[cells.sources], FLOOR), FLOOR)
    improved = HmmAligner(Model1(cells, found), jumps / jumps.sum(), aligner.p_null)
    return improved, log_likelihood / int(cells.n_target.sum())


def _expectations(
    emissions: Emissions, moves: Float[np.ndarray, "source source"], p_null: float
) -> tuple[Emissions, Float[np.ndarray, "source source"], float]:
    """How probable each choice is at each word, expected moves, log-probability of all."""
    real, null, scales = _forward(emissions, moves, p_null)
    chosen, moved = np.empty_like(emissions), np.zeros_like(moves)
    rest = np.ones(real[0].shape)  # of the words after this one, given its position
    for j in range(emissions.shape[1] - 1, -1, -1):
        chosen[:, j, 0] = (null[j] * rest).sum(axis=1)
        chosen[:, j, 1:] = real[j] * rest
        if j:
            arrived = (1 - p_null) * emissions[:, j, 1:] * rest / scales[j][:, None]
            stayed = p_null * emissions[:, j, :1] * rest / scales[j][:, None]
            moved += (real[j - 1] + null[j - 1]).T @ arrived
            rest = arrived @ moves.T + stayed
    return chosen, moved * moves, float(np.log(scales).sum())


def _forward(
    emissions: Emissions, moves: Float[np.ndarray, "source source"], p_null: float
) -> tuple[list[Positions], list[Positions], list[Float[np.ndarray, " sentence"]]]:
    """Probability of each position after each word, from a word there and from NULL."""
    n_source = len(moves)
    before = np.full((len(emissions), n_source), 1 / n_source)
    real, null, scales = [], [], []
    for j in range(emissions.shape[1]):
        arrived = before @ moves if j else before
        here = (1 - p_null) * arrived * emissions[:, j, 1:]
        stayed = p_null * before * emissions[:, j, :1]
        scale = (here + stayed).sum(axis=1)
        real.append(here / scale[:, None])
        null.append(stayed / scale[:, None])
        scales.append(scale)
        before = real[-1] + null[-1]
    return real, null, scales


def _viterbi(
    emissions: Emissions, moves: Float[np.ndarray, "source source"], p_null: float
) -> list[Links]:
    """The best path of each sentence. States are the positions, and then these with NULL."""
    n, n_source = len(emissions), len(moves)
    with np.errstate(divide="ignore"):
        log_moves, log_emissions = np.log(moves), np.log(emissions)
        log_real, log_null = np.log1p(-p_null), np.log(p_null)
    best = np.full((n, n_source), -np.log(n_source))  # of the paths that end at a position
    back, states = [], np.arange(n_source)
    for j in range(emissions.shape[1]):
        routes = best[:, :, None] + (log_moves if j else np.where(np.eye(n_source), 0, -np.inf))
        origin = routes.argmax(axis=1)
        here = np.take_along_axis(routes, origin[:, None], 1)[:, 0]
        here = here + log_real + log_emissions[:, j, 1:]
        stayed = best + log_null + log_emissions[:, j, :1]
        is_null = stayed > here
        best = np.where(is_null, stayed, here)
        back.append((np.where(is_null, states, origin), is_null))
    return _paths(best.argmax(axis=1), back)


def _paths(
    last: Int[np.ndarray, " sentence"], back: list[tuple[np.ndarray, np.ndarray]]
) -> list[Links]:
    rows, position, links = np.arange(len(last)), last, []
    for origin, is_null in reversed(back):
        links.append(np.where(is_null[rows, position], -1, position))
        position = origin[rows, position]
    return np.stack(links[::-1], axis=1).tolist()


def _groups(cells: Cells) -> Iterator[tuple[np.ndarray, np.ndarray, tuple[int, int, int]]]:
    """Sentences of equal shape: their numbers, their cells, (sentences, words, choices)."""
    sizes = np.bincount(cells.token_of)[np.cumsum(cells.n_target) - 1]  # choices of each word
    n_cells = sizes * cells.n_target
    begins = np.cumsum(n_cells) - n_cells
    shapes = np.stack([cells.n_target, sizes], axis=1)
    kinds, kind_of = np.unique(shapes, axis=0, return_inverse=True)
    order = np.argsort(kind_of.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(kind_of.ravel()))
    for (height, width), sentences in zip(kinds, np.split(order, ends[:-1]), strict=True):
        places = begins[sentences][:, None] + np.arange(height * width)
        yield sentences, places, (len(sentences), int(height), int(width))


def _jump_numbers(n_source: int) -> Int[np.ndarray, "source source"]:
    positions = np.arange(n_source)
    return (positions - positions[:, None]).clip(-FARTHEST, FARTHEST) + FARTHEST
