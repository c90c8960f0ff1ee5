"""The form that every interpolated and back-off model can be brought into."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Float64, Int, Int64
from torch import Tensor

from lmbook.arguments import check_tensor
from lmbook.ngram.counts import NgramCounts
from lmbook.ngram.ids import context_ids_of, prefix_ids_of
from lmbook.ngram.index import NgramIndex

_SMALLEST_REST = 1e-9  # probability that can take what a context leaves; rounding makes 1e-16


@dataclass(frozen=True, kw_only=True)
class BackoffModel(NgramIndex):
    """log P(w | h) if the n-gram ``h w`` is listed, else log β(h) + log P(w | h shortened).

    Level 1 lists every token and BOS, so its ranks are ids. ``log_probs_of[n - 1]`` holds
    log P of each n-gram of level n, in nats; ``log_backoffs[n - 1]`` holds log β of each
    n-gram of level n < order as a context. A context that is not listed has β = 1.

    An interpolated model P(w | h) = α(h, w) + γ(h) P(w | h shortened) has this form too:
    with α = 0 for the words not seen after h, γ is β. Source: Katz (1987); Chen and
    Goodman (1999), section 2.8.
    """

    log_probs_of: tuple[Float64[np.ndarray, "_"], ...]
    log_backoffs: tuple[Float64[np.ndarray, "_"], ...]
    tokens: tuple[str, ...] = ()

    @property
    def n_ngrams(self) -> int:
        """Number of n-grams listed, all levels together."""
        return sum(map(len, self.keys))

    @property
    def n_bytes(self) -> int:
        """Memory of keys, log-probabilities and back-off weights, in bytes."""
        return sum(a.nbytes for a in (*self.keys, *self.log_probs_of, *self.log_backoffs))

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability of every token after ``prefix_ids``: climb from the unigrams up.

        Raises ``ValueError`` for an id outside the vocabulary but BOS.
        """
        return self._after(self._context(prefix_ids_of(prefix_ids, self.vocab_size, 1)))

    def log_probs_after(self, context_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """``next_log_probs`` after these very tokens, the last ``order - 1``, with no BOS added.

        A context shorter than ``order - 1`` asks the level of its own length, which with
        Kneser–Ney counts contexts and not occurrences. ``bos_id`` may be its first token.
        """
        return self._after(self._tail(context_ids_of(context_ids, self.vocab_size)))

    def _after(self, context: tuple[int, ...]) -> Float[Tensor, " vocab"]:
        log_probs = self.log_probs_of[0].copy()
        for n in range(2, len(context) + 2):
            shortened = context[len(context) - n + 1 :]
            rank = self._rank(shortened)
            if rank >= 0:
                log_probs += self.log_backoffs[n - 2][rank]
                here = self._extensions(shortened)
                words = self.keys[n - 1][here] % (self.vocab_size + 1)
                log_probs[words] = self.log_probs_of[n - 1][here]
        return torch.from_numpy(log_probs[: self.vocab_size])

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability of each token given its row so far.

        A row may hold many sequences with ``bos_id`` between them: nothing is seen across
        it, and its own value is -inf. One long row is the fastest way to score a text.
        Raises ``ValueError`` for any other id outside the vocabulary.
        """
        check_tensor("ids", ids, "int", 2)
        ranks = self.ranks_along(ids.cpu().numpy())
        scores = self.log_probs_of[0].take(ranks[0][:, 1:])
        for n in range(2, self.order + 1):
            contexts, here = ranks[n - 2][:, :-1], ranks[n - 1][:, 1:]
            scores = scores + _where_listed(contexts, self.log_backoffs[n - 2], np.zeros(()))
            scores = _where_listed(here, self.log_probs_of[n - 1], scores)
        scores = torch.from_numpy(scores).to(ids.device)
        return scores.masked_fill_(ids == self.bos_id, -torch.inf)

    def log_probs_of_ngrams(
        self, ngrams: Int64[np.ndarray, "ngrams n"]
    ) -> Float64[np.ndarray, " ngrams"]:
        """log P(last token | the tokens before it) of each row; a row may begin with BOS.

        Raises ``ValueError`` for rows without tokens or longer than ``order``, and for an id
        outside the vocabulary but BOS.
        """
        length = ngrams.shape[1]
        if not 1 <= length <= self.order:
            raise ValueError(f"ngrams of length {length} are not between 1 and order={self.order}")
        self._check_below(ngrams, self.bos_id + 1, "ngrams")
        scores = self.log_probs_of[0][ngrams[:, -1]]
        for n in range(2, length + 1):
            ranks = np.zeros(len(ngrams), np.int64)
            for level, column in enumerate(range(length - n, length - 1), start=1):
                ranks = self._find(level, ranks, ngrams[:, column])
            scores = scores + _where_listed(ranks, self.log_backoffs[n - 2], np.zeros(()))
            here = self._find(n, ranks, ngrams[:, -1])
            scores = _where_listed(here, self.log_probs_of[n - 1], scores)
        return scores


def _where_listed(
    ranks: Int64[np.ndarray, "*shape"],
    level: Float64[np.ndarray, " ngrams"],
    otherwise: Float64[np.ndarray, "*#shape"],
) -> Float64[np.ndarray, "*#shape"]:
    """The values of listed n-grams; ``otherwise`` for rank -1, and where none is listed."""
    return np.where(ranks >= 0, level.take(ranks), otherwise) if len(level) else otherwise


def interpolate(
    counts: NgramCounts,
    kept: Sequence[Float64[np.ndarray, "_"]],
    left: Sequence[Float64[np.ndarray, "_"]],
) -> BackoffModel:
    """Build P(w | h) = kept(h, w) + left(h) · P(w | h shortened), level by level.

    ``kept[n - 1]`` holds the share of each n-gram of level n, ``left[n - 1]`` the share
    that each context of n-1 tokens passes on; the shares of one context sum to one. Below
    the unigrams stands the uniform distribution over the vocabulary, BOS left out.
    """
    probs = [_unigrams(counts, kept[0], left[0])]
    ranks = counts.keys[0]  # level 1 of the model lists every token: ranks become ids
    keys, suffixes = [np.arange(counts.vocab_size + 1)], counts.suffixes
    for n in range(2, counts.order + 1):
        lower = probs[-1][ranks[suffixes[n - 1]] if n == 2 else suffixes[n - 1]]
        contexts = counts.contexts(n)
        probs.append(kept[n - 1] + left[n - 1][contexts] * lower)
        contexts = ranks[contexts] if n == 2 else contexts
        keys.append(contexts * (counts.vocab_size + 1) + counts.words(n))
    with np.errstate(divide="ignore"):
        log_backoffs = [np.log(level) for level in left[1:]]
        log_probs = tuple(np.log(level) for level in probs)
    if counts.order > 1:
        listed = np.zeros(counts.vocab_size + 1)
        listed[ranks] = log_backoffs[0]
        log_backoffs[0] = listed
    return BackoffModel(
        order=counts.order,
        vocab_size=counts.vocab_size,
        keys=tuple(keys),
        log_probs_of=log_probs,
        log_backoffs=tuple(log_backoffs),
        bos=counts.bos,
    )


def _unigrams(
    counts: NgramCounts, kept: Float64[np.ndarray, " words"], left: Float64[np.ndarray, " one"]
) -> Float64[np.ndarray, " alphabet"]:
    """P of every token, seen or not, then 0 for BOS."""
    probs = np.full(counts.vocab_size + 1, left[0] / counts.vocab_size)
    probs[counts.keys[0]] += kept
    probs[counts.bos_id] = 0.0
    return probs


def context_sums(
    counts: NgramCounts,
    n: int,
    values: Float64[np.ndarray, " ngrams"] | Int64[np.ndarray, " ngrams"],
) -> Float64[np.ndarray, " contexts"]:
    """Σ over the words after each context of n-1 tokens; BOS, never predicted, is left out."""
    weights = np.where(counts.words(n) == counts.bos_id, 0, values) if n == 1 else values
    n_contexts = counts.n_types(n - 1) if n > 1 else 1
    sums = np.bincount(counts.contexts(n), weights=weights, minlength=n_contexts)
    return sums.astype(np.float64)  # of no n-gram at all numpy sums to integers


def with_backoff_weights(model: BackoffModel) -> BackoffModel:
    """Recompute every β(h), so that P(· | h) sums to one for every context.

    β(h) = (1 - Σ P(w | h)) / (1 - Σ P(w | h shortened)), both sums over the words listed
    after h. Where these are all words of any probability, nothing can take what they leave:
    then β(h) = 1, and the P(w | h) are scaled. Source: Katz (1987), eq. 12.
    """
    for n in range(2, model.order + 1):
        contexts = model.contexts(n)
        n_contexts = model.n_types(n - 1)
        lower = model.log_probs_of_ngrams(model.ngrams(n)[:, 1:])
        listed = np.bincount(contexts, np.exp(model.log_probs_of[n - 1]), n_contexts)
        rest = np.maximum(0, 1 - np.bincount(contexts, np.exp(lower), n_contexts))
        n_listed = np.bincount(contexts, minlength=n_contexts)
        rest[n_listed == model.vocab_size] = 0.0  # and not what rounding leaves of 1 - 1
        backs_off = (n_listed > 0) & (rest >= _SMALLEST_REST)
        weights, scales = np.zeros(n_contexts), np.zeros(n_contexts)
        with np.errstate(divide="ignore"):
            free = np.log(np.maximum(0, 1 - listed[backs_off]))
        weights[backs_off] = free - np.log(rest[backs_off])
        scaled = (n_listed > 0) & ~backs_off & (listed > 0)
        scales[scaled] = np.log((1 - rest[scaled]) / listed[scaled])
        log_probs, log_backoffs = list(model.log_probs_of), list(model.log_backoffs)
        log_probs[n - 1] = log_probs[n - 1] + scales[contexts]
        log_backoffs[n - 2] = weights
        model = replace(model, log_probs_of=tuple(log_probs), log_backoffs=tuple(log_backoffs))
    return model
