"""Captions by a frozen language model that reads a picture as a few vectors before the text.

Only the mapping from the picture's vector to that prefix is learned. Source: Mokady, Hertz and
Bermano (2021); the idea is that of Tsimpoukelli et al. (2021).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_tensor, check_tensor_ids, check_whole
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama


class Captioner(nn.Module):
    """A frozen ``language_model``, and a small network that makes ``n_prefix`` vectors for it.

    ``d_image`` is the width of a picture's vector, ``d_hidden`` that of the layer between.
    Raises ``ValueError`` for sizes below 1.
    """

    def __init__(
        self, language_model: GPT | Llama, d_image: int, n_prefix: int = 4, d_hidden: int = 128
    ) -> None:
        super().__init__()
        for name, size in (("d_image", d_image), ("n_prefix", n_prefix), ("d_hidden", d_hidden)):
            check_whole(name, size, 1)
        self.language_model = language_model.requires_grad_(False)
        d_model = language_model.config.d_model
        self.n_prefix, self.d_image = n_prefix, d_image
        self.hidden = nn.Linear(d_image, d_hidden)
        self.output = nn.Linear(d_hidden, n_prefix * d_model)

    def prefix(
        self, vectors: Float[Tensor, "batch d_image"]
    ) -> Float[Tensor, "batch n_prefix d_model"]:
        """What stands in the place of the first ``n_prefix`` tokens' embeddings."""
        check_tensor("vectors", vectors, "float", 2)
        if vectors.shape[1] != self.d_image:
            raise ValueError(f"vectors have {vectors.shape[1]} entries, not {self.d_image}")
        return self.output(torch.tanh(self.hidden(vectors))).unflatten(1, (self.n_prefix, -1))

    def forward(
        self, vectors: Float[Tensor, "batch d_image"], ids: Int[Tensor, "batch time"]
    ) -> Float[Tensor, "batch next vocab"]:
        """Logits of each token of ``ids`` and of one more, given the picture and what precedes.

        Raises ``ValueError`` for other numbers of pictures and texts, and as the language model.
        """
        check_tensor_ids("ids", ids, self.language_model.config.vocab_size, 2)
        if len(vectors) != len(ids):
            raise ValueError(f"vectors: {len(vectors)} pictures for {len(ids)} texts")
        with _in_front(self.language_model.embedding, self.prefix(vectors)):
            hidden = self.language_model.hidden(F.pad(ids, (self.n_prefix, 0)))
        return self.language_model.logits(hidden[:, self.n_prefix - 1 :])

    @torch.no_grad()
    def caption(
        self, vectors: Float[Tensor, "batch d_image"], n_tokens: int, end_id: int
    ) -> list[list[int]]:
        """The most probable token again and again, up to ``end_id`` or ``n_tokens`` of them."""
        check_tensor("vectors", vectors, "float", 2)
        check_whole("n_tokens", n_tokens, 1)
        ids = torch.zeros(len(vectors), 0, dtype=torch.long, device=vectors.device)
        for _ in range(n_tokens):
            best = self(vectors, ids)[:, -1].argmax(-1, keepdim=True)
            ids = torch.cat([ids, best], dim=1)
        rows = ids.tolist()
        return [row[: row.index(end_id)] if end_id in row else row for row in rows]


def caption_loss(
    logits: Float[Tensor, "batch next vocab"], ids: Int[Tensor, "batch time"]
) -> Float[Tensor, ""]:
    """Cross-entropy in nats per token; ``ids`` hold the end of the text, and −100 behind it.

    ``logits`` are those of ``Captioner.forward`` on the same texts; what it says about the token
    after the last is not used. Raises ``ValueError`` for other shapes.
    """
    check_tensor("logits", logits, "float", 3)
    check_tensor("ids", ids, "int", 2)
    if logits.shape[0] != ids.shape[0] or logits.shape[1] != ids.shape[1] + 1:
        shapes = f"{tuple(logits.shape)} and {tuple(ids.shape)}"
        raise ValueError(f"logits and ids have shapes {shapes}: one step more is needed")
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids.flatten(), ignore_index=-100)


@contextmanager
def _in_front(embedding: nn.Module, prefix: Tensor) -> Iterator[None]:
    """Within the block, the first rows of what ``embedding`` gives are the prefix."""

    def put(module: nn.Module, args: tuple, output: Tensor) -> Tensor:
        del module, args
        return torch.cat([prefix, output[:, prefix.shape[1] :]], dim=1)

    handle = embedding.register_forward_hook(put)
    try:
        yield
    finally:
        handle.remove()
