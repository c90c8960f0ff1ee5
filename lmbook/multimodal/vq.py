"""Vector quantisation: patches of a picture as tokens from a learned codebook.

Source: van den Oord, Vinyals and Kavukcuoglu (2017). The codebook follows the vectors that choose
each code by moving averages, as in their appendix A.1.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor, check_tensor_ids, check_whole


class Tokens(NamedTuple):
    """Codes in the place of the inputs, their numbers, and a loss that pulls an encoder to them.

    ``vectors`` have the shape of the inputs, ``ids`` lack the last axis, ``commitment`` is one
    number.
    """

    vectors: Tensor
    ids: Tensor
    commitment: Tensor


class VectorQuantizer(nn.Module):
    """The nearest of ``n_codes`` vectors of ``d`` entries for each input.

    In training mode every call moves the codes towards the inputs that chose them; ``decay`` is
    the share of the old average that stays. A code that has not been chosen for long begins
    again at a random input. Raises ``ValueError`` for sizes below 1, a ``decay`` outside 0 … 1.
    """

    codes: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(self, n_codes: int, d: int, decay: float = 0.95) -> None:
        super().__init__()
        check_whole("n_codes", n_codes, 1)
        check_whole("d", d, 1)
        if not 0 <= decay < 1:
            raise ValueError(f"decay={decay} is not at least 0 and below 1")
        self.decay = decay
        self.register_buffer("codes", torch.randn(n_codes, d))
        self.register_buffer("counts", torch.zeros(n_codes))
        self.register_buffer("sums", torch.zeros(n_codes, d))

    def forward(
        self, x: Float[Tensor, "*batch d"], generator: torch.Generator | None = None
    ) -> Tokens:
        """Codes for ``x``; backwards, the gradient passes as if nothing had been rounded.

        ``commitment`` is the mean squared distance that pulls an encoder to its codes. Raises
        ``ValueError`` for another width and for no input.
        """
        check_tensor("x", x, "float")
        if not x.numel() or x.shape[-1] != self.codes.shape[1]:
            raise ValueError(f"x has shape {tuple(x.shape)}, not [… {self.codes.shape[1]}]")
        flat = x.detach().reshape(-1, x.shape[-1])
        ids = torch.cdist(flat, self.codes).argmin(1)
        chosen = self.codes[ids].view_as(x)
        if self.training:
            self._follow(flat, ids, generator)
        commitment = (x - chosen).square().mean()
        return Tokens(x + (chosen - x).detach(), ids.view(x.shape[:-1]), commitment)

    def decode(self, ids: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch d"]:
        """The codes of these numbers."""
        check_tensor_ids("ids", ids, len(self.codes))
        return self.codes[ids]

    def _follow(self, flat: Tensor, ids: Tensor, generator: torch.Generator | None) -> None:
        counts = torch.bincount(ids, minlength=len(self.codes)).to(flat)
        sums = torch.zeros_like(self.sums).index_add_(0, ids, flat)
        self.counts.mul_(self.decay).add_(counts, alpha=1 - self.decay)
        self.sums.mul_(self.decay).add_(sums, alpha=1 - self.decay)
        self.codes.copy_(self.sums / self.counts.clamp_min(1e-6)[:, None])
        unused = self.counts < 0.05 * (1 - self.decay)  # less than one choice in many calls
        drawn = torch.randint(0, len(flat), (len(self.codes),), generator=generator)
        fresh = flat[drawn.to(flat.device)]
        self.codes[unused] = fresh[unused]
        self.counts[unused] = 1 - self.decay
        self.sums[unused] = (1 - self.decay) * fresh[unused]
