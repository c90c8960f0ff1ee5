"""A linear-chain conditional random field: one distribution over whole sequences of tags.

A sequence of tags scores the emissions of its tags, plus a transition for every pair of
neighbours, plus a score for its first and one for its last tag. Its probability is exp(score) over
the sum of exp(score) of all sequences. Source: Lafferty, McCallum and Pereira (2001).

``crf_chain.py`` holds the sums over all sequences and their gradients.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor, check_whole
from lmbook.nn.crf_chain import best_paths, log_partition, tag_probabilities

Emissions = Float[Tensor, "batch time tag"]
# batch and time, by names of their own: a size that does not fit gets this module's message
Tags = Int[Tensor, "_ _"]
Mask = Bool[Tensor, "_ _"]


class CRF(nn.Module):
    """Scores of transitions ``[from to]``, of first and of last tags, and what they add up to.

    ``allowed`` is True where a tag (column) may follow a tag (row), ``begins`` and ``finishes``
    where a tag may come first and last; None allows everything. A forbidden step has probability
    0, in training and in decoding. All scores start at U(-0.1, 0.1).

    Raises ``ValueError`` for less than one tag, or masks of another shape.
    """

    def __init__(
        self,
        n_tags: int,
        allowed: Bool[Tensor, "tag tag"] | None = None,
        begins: Bool[Tensor, " tag"] | None = None,
        finishes: Bool[Tensor, " tag"] | None = None,
    ) -> None:
        super().__init__()
        check_whole("n_tags", n_tags, 1)
        self.n_tags = n_tags
        shapes = {"transitions": (n_tags, n_tags), "start": (n_tags,), "end": (n_tags,)}
        given = {"allowed": allowed, "begins": begins, "finishes": finishes}
        for (name, shape), (limit, mask) in zip(shapes.items(), given.items(), strict=True):
            self.register_parameter(name, nn.Parameter(torch.empty(shape).uniform_(-0.1, 0.1)))
            mask = torch.ones(shape, dtype=torch.bool) if mask is None else mask
            check_tensor(limit, mask, "bool")
            if mask.shape != shape:
                raise ValueError(f"{limit} has shape {tuple(mask.shape)}, not {shape}")
            self.register_buffer(limit, mask.clone(), persistent=False)

    def scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """Transitions, first and last scores; -inf for what is forbidden."""
        parts = [("transitions", "allowed"), ("start", "begins"), ("end", "finishes")]
        transitions, start, end = (
            getattr(self, name).masked_fill(~getattr(self, limit), -torch.inf)
            for name, limit in parts
        )
        return transitions, start, end

    def score(
        self, emissions: Emissions, tags: Tags, mask: Mask | None = None
    ) -> Float[Tensor, " batch"]:
        """The score of each row's tags, -inf for a forbidden sequence; not normalised.

        Raises ``ValueError`` for sizes that do not fit, and for a tag outside ``n_tags`` under the
        mask. Tags of padding are not read.
        """
        mask = self._checked(emissions, mask)
        tags = self._checked_tags(tags, mask)
        transitions, start, end = self.scores()
        total = emissions.gather(2, tags[..., None])[..., 0].masked_fill(~mask, 0.0).sum(1)
        steps = transitions[tags[:, :-1], tags[:, 1:]].masked_fill(~mask[:, 1:], 0.0).sum(1)
        last = tags.gather(1, mask.sum(1, keepdim=True) - 1)[:, 0]
        return total + steps + start[tags[:, 0]] + end[last]

    def log_partition(
        self, emissions: Emissions, mask: Mask | None = None
    ) -> Float[Tensor, " batch"]:
        """The log of the sum of exp(score) of all sequences; -inf where none is allowed.

        ``mask`` is True at real tokens, which stand at the left; None: no padding. Raises
        ``ValueError`` for sizes that do not fit, an empty row, or a gap in the mask.
        """
        mask = self._checked(emissions, mask)
        return log_partition(emissions, *self.scores(), mask)

    def log_likelihood(
        self, emissions: Emissions, tags: Tags, mask: Mask | None = None
    ) -> Float[Tensor, " batch"]:
        """The log-probability of each row's tags, in nats a sequence.

        Raises ``ValueError`` for tags that the constraints forbid, naming row and position, and as
        ``score``.
        """
        gold = self.score(emissions, tags, mask)
        if bool(gold.isneginf().any()):
            self._raise_forbidden(tags, torch.ones_like(tags).bool() if mask is None else mask)
        return gold - self.log_partition(emissions, mask)

    def marginals(
        self, emissions: Emissions, mask: Mask | None = None
    ) -> Float[Tensor, "batch time tag"]:
        """The probability of each tag at each position, over all sequences; 0 in padding."""
        mask = self._checked(emissions, mask)
        return tag_probabilities(emissions, *self.scores(), mask)

    @torch.no_grad()
    def decode(self, emissions: Emissions, mask: Mask | None = None) -> list[list[int]]:
        """The most probable sequence of each row (Viterbi, 1967), without padding."""
        mask = self._checked(emissions, mask)
        paths = best_paths(emissions, *self.scores(), mask).tolist()
        lengths = mask.sum(1).tolist()
        return [path[:length] for path, length in zip(paths, lengths, strict=True)]

    def _checked(self, emissions: Tensor, mask: Tensor | None) -> Tensor:
        check_tensor("emissions", emissions, "float", 3)
        batch, time, n_tags = emissions.shape
        if n_tags != self.n_tags or not batch or not time:
            shape = f"(batch ≥ 1, time ≥ 1, {self.n_tags})"
            raise ValueError(f"emissions have shape {tuple(emissions.shape)}, not {shape}")
        if mask is None:
            return torch.ones(batch, time, dtype=torch.bool, device=emissions.device)
        check_tensor("mask", mask, "bool", 2)
        if mask.shape != (batch, time):
            raise ValueError(f"mask has shape {tuple(mask.shape)}, not {(batch, time)}")
        fits = mask[:, 0] & (mask[:, 1:] <= mask[:, :-1]).all(1)
        if not bool(fits.all()):
            row = int((~fits).nonzero()[0, 0])
            raise ValueError(f"mask[{row}] does not begin with real tokens and end with padding")
        return mask

    def _checked_tags(self, tags: Tensor, mask: Tensor) -> Tensor:
        check_tensor("tags", tags, "int", 2)
        if tags.shape != mask.shape:
            raise ValueError(f"tags have shape {tuple(tags.shape)}, not {tuple(mask.shape)}")
        tags = tags.masked_fill(~mask, 0)
        wrong = ((tags < 0) | (tags >= self.n_tags)).nonzero().tolist()
        if wrong:
            row, i = wrong[0]
            raise ValueError(
                f"tags[{row}, {i}]={int(tags[row, i])} is outside n_tags={self.n_tags}"
            )
        return tags

    def _raise_forbidden(self, tags: Tensor, mask: Tensor) -> None:
        transitions, start, end = (part.isneginf() for part in self.scores())
        for row, (line, real) in enumerate(zip(tags.tolist(), mask.tolist(), strict=True)):
            line = [tag for tag, here in zip(line, real, strict=True) if here]
            if start[line[0]]:
                raise ValueError(f"tags[{row}, 0]={line[0]} may not come first")
            for i in range(1, len(line)):
                if transitions[line[i - 1], line[i]]:
                    step = f"tags[{row}, {i}]={line[i]} may not follow {line[i - 1]}"
                    raise ValueError(step)
            if end[line[-1]]:
                raise ValueError(f"tags[{row}, {len(line) - 1}]={line[-1]} may not come last")
        raise ValueError("emissions hold -inf at a given tag: its sequence has probability 0")
