"""Induction heads: heads that find the earlier occurrence of a token and copy what followed it.

Source: Elhage et al. (2021) for the mechanism, a head of one layer that reads what a head of an
earlier layer wrote about the previous token; Olsson et al. (2022) for the scores.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_several, check_tensor, check_type, check_whole
from lmbook.interpret.capture import (
    Change,
    Decoder,
    attention_layers,
    attention_weights,
    checked,
    context_of,
    edit,
)
from lmbook.interpret.patching import check_heads_exist
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama


def random_passages(
    n_rows: int, length: int, token_ids: Int[Tensor, " kind"], generator: torch.Generator
) -> Int[Tensor, "batch time"]:
    """Rows of tokens drawn evenly from ``token_ids``: nothing in them can be guessed.

    Raises ``ValueError`` for numbers below 1 or no token ids.
    """
    check_whole("n_rows", n_rows, 1)
    check_whole("length", length, 1)
    check_tensor("token_ids", token_ids, "int", 1)
    if not len(token_ids):
        raise ValueError("token_ids is empty: there is nothing to draw from")
    drawn = torch.randint(
        len(token_ids), (n_rows, length), generator=generator, device=generator.device
    )
    return token_ids[drawn.to(token_ids.device)]


def repeating_rows(
    n_rows: int,
    n_tokens: int,
    periods: tuple[int, int],
    token_ids: Int[Tensor, " kind"],
    generator: torch.Generator,
) -> Int[Tensor, "batch time"]:
    """Rows that repeat a random passage until they are full.

    The length of the passage is drawn for each row from ``periods``, ends included: with one length
    for all, the token to copy would always stand at the same distance, and one layer could learn
    that distance. Raises ``ValueError`` for numbers below 1, no token ids, or no length.
    """
    check_whole("n_tokens", n_tokens, 1)
    least, most = periods
    if not 1 <= least <= most:
        raise ValueError(f"periods={periods} are not two lengths of at least 1, in order")
    passages = random_passages(n_rows, most, token_ids, generator)
    lengths = torch.randint(
        least, most + 1, (n_rows, 1), generator=generator, device=generator.device
    )
    places = torch.arange(n_tokens, device=generator.device).expand(n_rows, -1) % lengths
    return passages.gather(1, places.to(passages.device))


@torch.no_grad()
def induction_scores(
    model: Decoder, passages: Int[Tensor, "batch time"]
) -> Float[Tensor, "layer head"]:
    """How much of its attention each head gives to the token after the earlier occurrence.

    The passages are read twice, one after the other, after a start token; the mean is over the
    tokens of the second reading. Raises ``ValueError`` for passages of less than two tokens, or
    ids that the model does not take. Source: Olsson et al. (2022), "prefix matching".
    """
    checked(model, passages, "passages")
    n_tokens = passages.shape[1]
    if n_tokens < 2 or not len(passages):
        raise ValueError(f"passages has shape {tuple(passages.shape)}, not 1 row of 2 tokens")
    start = passages.new_full((len(passages), 1), model.config.start_id)
    weights = attention_weights(model, torch.cat([start, passages, passages], dim=1))
    query = torch.arange(n_tokens + 1, 2 * n_tokens)  # the last tokens' successors are unseen
    return weights[..., query, query - n_tokens + 1].mean((1, 3))


@torch.no_grad()
def previous_token_scores(
    model: Decoder, ids: Int[Tensor, "batch time"]
) -> Float[Tensor, "layer head"]:
    """How much of its attention each head gives to the token before, in the mean over the ids.

    A start token is put before each row. Raises ``ValueError`` for rows of no token, or ids that
    the model does not take.
    """
    checked(model, ids)
    if not ids.numel():
        raise ValueError(f"ids has shape {tuple(ids.shape)}, not 1 row of 1 token")
    start = ids.new_full((len(ids), 1), model.config.start_id)
    weights = attention_weights(model, torch.cat([start, ids], dim=1))
    return weights.diagonal(-1, -2, -1).mean((1, 3))


@torch.no_grad()
def copying_scores(model: Decoder) -> Float[Tensor, "layer head"]:
    """Whether a head raises the logit of the token that it looks at: from -1 to 1.

    A head's values and output matrix map an embedding to logits. Of the eigenvalues of that map,
    from tokens to tokens, the sum is divided by the sum of the absolute values: 1 if the head
    raises all tokens that it reads, -1 if it lowers them. Norms and the other layers are left out.
    Source: Elhage et al. (2021), "copying heads".
    """
    check_type("model", model, GPT, Llama)
    table = model.output.weight if isinstance(model, Llama) else model.embedding.weight
    between = model.embedding.weight.T @ table  # the trace stays under a cyclic exchange
    found = []
    for layer in attention_layers(model):
        group = layer.n_heads // layer.n_kv_heads
        values = layer.value.weight.unflatten(0, (layer.n_kv_heads, layer.d_head))
        outputs = layer.output.weight.unflatten(1, (layer.n_heads, layer.d_head))
        for head in range(layer.n_heads):
            # tokens -> tokens and d_head -> d_head share their eigenvalues other than 0
            small = values[head // group] @ between @ outputs[:, head]
            eigenvalues = torch.linalg.eigvals(small.double())
            found.append(eigenvalues.sum().real / eigenvalues.abs().sum())
    return torch.stack(found).view(len(model.blocks), -1).float()


@contextmanager
def without_heads(model: Decoder, heads: Sequence[tuple[int, int]]) -> Iterator[None]:
    """Within the block, these heads, ``(layer, head)`` from 0, gather nothing (zero ablation).

    Raises ``ValueError`` for a head that the model does not have.
    """
    check_type("model", model, GPT, Llama)
    check_several("heads", heads)
    check_heads_exist(model, heads, "heads")
    edits: dict[str, Change] = {}
    for layer in {layer for layer, _ in heads}:
        chosen = [head for at, head in heads if at == layer]
        edits[context_of(layer)] = _silenced(chosen, attention_layers(model)[layer].n_heads)
    with edit(model, edits):
        yield


def _silenced(heads: Sequence[int], n_heads: int) -> Change:
    def change(contexts: Tensor) -> Tensor:
        keep = torch.ones(n_heads, 1, dtype=contexts.dtype, device=contexts.device)
        keep[list(heads)] = 0
        return (contexts.unflatten(-1, (n_heads, -1)) * keep).flatten(-2)

    return change
