"""Training only the upper layers of an encoder, on stored outputs of the lower ones.

Layers that do not learn give the same output for a text in every pass. Computing it once saves
their forward pass in all later ones, and no gradient is ever needed for them.
"""

from collections.abc import Iterable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_type, check_whole
from lmbook.models.heads import SpanExtractor


class UpperLayers(nn.Module):
    """The blocks of ``model`` from ``n_lower`` up, and its head; they share its weights.

    ``lower`` computes what they take. Raises ``ValueError`` unless a block is left on each side.
    """

    def __init__(self, model: SpanExtractor, n_lower: int) -> None:
        super().__init__()
        check_type("model", model, SpanExtractor)
        check_whole("n_lower", n_lower, 1)
        n_layers = model.encoder.config.n_layers
        if n_lower >= n_layers:
            raise ValueError(f"n_lower={n_lower} leaves none of the {n_layers} blocks to train")
        self.blocks, self.output = model.encoder.blocks[n_lower:], model.output
        self._model, self._n_lower = [model], n_lower  # in a list: its weights are not ours

    def forward(
        self,
        hidden: Float[Tensor, "batch time d_model"],
        mask: Bool[Tensor, "batch time"],
        types: Int[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time"], Float[Tensor, "batch time"]]:
        """The logits of ``SpanExtractor.forward``; ``lower`` has seen to the ``types``."""
        hidden = hidden.to(self.output.weight.dtype)  # it may have been stored in 16 bits
        for block in self.blocks:
            hidden = block(hidden, mask[:, None, None])
        begin, end = self.output(hidden).unbind(-1)
        return begin, end

    @torch.no_grad()
    def lower(
        self,
        ids: Int[Tensor, "batch time"],
        mask: Bool[Tensor, "batch time"],
        types: Int[Tensor, "batch time"],
    ) -> Float[Tensor, "batch time d_model"]:
        """What the lower blocks make of a batch, without dropout."""
        encoder = self._model[0].encoder
        training, blocks = encoder.training, encoder.blocks
        encoder.eval()
        encoder.blocks = blocks[: self._n_lower]
        try:
            return encoder(ids, mask, types)
        finally:
            encoder.blocks = blocks
            encoder.train(training)

    def store(self, batches: Iterable[tuple[Tensor, ...]]) -> list[tuple[Tensor, ...]]:
        """Each batch (ids, mask, types, …) with the lower blocks' output, in 16 bits, for ids."""
        return [
            (self.lower(ids, mask, types).half(), mask, types, *rest)
            for ids, mask, types, *rest in batches
        ]
