"""Vectors that are learned in the place of words: before the text, or before keys and values.

add_prompt  prompt tuning: n more rows of input (Lester et al., 2021)
add_prefix  prefix tuning: n more keys and values in every layer (Li and Liang, 2021)
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.targets import check_encoder, find_layers, replace_layer
from lmbook.arguments import check_tensor, check_tensor_ids, check_whole
from lmbook.models.bert import Bert
from lmbook.nn.attention import MultiHeadAttention
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.masks import Mask, as_mask


class PromptEmbedding(nn.Module):
    """A frozen embedding whose first rows in every text are the learned ``prompt``."""

    def __init__(
        self, base: TokenEmbedding, prompt: Float[Tensor, "n_prompt d_model"], filler: int
    ) -> None:
        super().__init__()
        self.base, self.filler = base, filler
        self.prompt = nn.Parameter(prompt.detach().clone())

    @property
    def weight(self) -> Float[Tensor, "vocab d_model"]:
        """The table of the tokens."""
        return self.base.weight

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time d_model"]:
        """``time`` counts the prompt; what stands in its place in ``ids`` is not looked at."""
        prompt = self.prompt.expand(len(ids), -1, -1)
        return torch.cat([prompt, self.base(ids[:, len(self.prompt) :])], dim=1)


def add_prompt(
    encoder: Bert, n_prompt: int, init_ids: Int[Tensor, " n_prompt"] | None = None
) -> None:
    """Freeze ``encoder``; put ``n_prompt`` learned vectors before every text.

    They take the first positions, are attended to by every token, and are cut off the output,
    which keeps the shape that the ids had. They begin as embeddings of ``init_ids``, or as
    N(0, 0.02²).

    Raises ``ValueError`` for a prompt that leaves no position for a text, ids that are not
    ``n_prompt`` tokens, and for an encoder that has a prompt. A text that is too long beside the
    prompt is refused when it comes.
    """
    config = check_encoder(encoder).config
    _check_length("n_prompt", n_prompt, config.n_positions)
    if not isinstance(encoder.embedding, TokenEmbedding):
        raise ValueError("encoder has a prompt already")
    weight = encoder.embedding.weight
    if init_ids is None:
        prompt = 0.02 * torch.randn(n_prompt, config.d_model, device=weight.device)
    else:
        check_tensor_ids("init_ids", init_ids, config.vocab_size, 1)
        if len(init_ids) != n_prompt:
            raise ValueError(f"init_ids holds {len(init_ids)} tokens, not n_prompt={n_prompt}")
        prompt = weight[init_ids.to(weight.device)]
    encoder.requires_grad_(False)
    filler = (config.pad_id + 1) % config.vocab_size  # any token that is not padding
    encoder.embedding = PromptEmbedding(encoder.embedding, prompt, filler)  # pyright: ignore
    encoder.register_forward_pre_hook(_make_room, with_kwargs=True)
    encoder.register_forward_hook(_cut_off)


def _make_room(encoder: nn.Module, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Ids, mask and types with the prompt's places before them."""
    names = ("ids", "mask", "types")
    given = dict(zip(names, args, strict=False)) | kwargs
    embedding = encoder.get_submodule("embedding")
    n_prompt, filler = len(embedding.prompt), embedding.filler  # pyright: ignore
    check_tensor("ids", given["ids"], "int", 2)
    n_tokens, limit = given["ids"].shape[1], encoder.config.n_positions  # pyright: ignore
    if n_prompt + n_tokens > limit:
        raise ValueError(f"n_prompt={n_prompt} and {n_tokens} tokens exceed n_positions={limit}")
    given["ids"] = F.pad(given["ids"], (n_prompt, 0), value=filler)  # pyright: ignore
    if given.get("mask") is not None:
        given["mask"] = F.pad(as_mask("mask", given["mask"]), (n_prompt, 0), value=True)
    if given.get("types") is not None:
        given["types"] = F.pad(given["types"], (n_prompt, 0))
    return (), given


def _cut_off(encoder: nn.Module, args: tuple, output: Tensor) -> Tensor:
    return output[:, len(encoder.get_submodule("embedding").prompt) :]  # pyright: ignore


class PrefixAttention(nn.Module):
    """A frozen attention layer with learned keys and values before those of the text."""

    def __init__(self, base: MultiHeadAttention, n_prefix: int) -> None:
        super().__init__()
        self.base = base
        self.key = nn.Parameter(0.02 * torch.randn(n_prefix, base.key.out_features))
        self.value = nn.Parameter(0.02 * torch.randn(n_prefix, base.value.out_features))

    def forward(
        self, x: Float[Tensor, "batch query d_model"], *, mask: Mask | None = None
    ) -> Float[Tensor, "batch query d_model"]:
        """Every query sees the whole prefix, whatever ``mask`` says of the text."""
        keys, values = self.base.keys_values(x)
        key, value = (
            p.unflatten(1, (self.base.n_kv_heads, self.base.d_head)).transpose(0, 1)
            for p in (self.key, self.value)
        )
        # [head prefix d_head] before [batch head key d_head]
        keys = torch.cat([key.expand(len(x), -1, -1, -1), keys], dim=2)
        values = torch.cat([value.expand(len(x), -1, -1, -1), values], dim=2)
        if mask is not None:
            mask = F.pad(as_mask("mask", mask), (len(self.key), 0), value=True)
        return self.base(x, keys_values=(keys, values), mask=mask)


def add_prefix(encoder: Bert, n_prefix: int) -> None:
    """Freeze ``encoder``; give every attention layer ``n_prefix`` learned keys and values.

    They begin as N(0, 0.02²). Li and Liang (2021, section 4.3) make them by a network that is
    thrown away after training, for stability; here they are learned directly.

    Raises ``ValueError`` for a prefix that is not shorter than ``n_positions``, and for anything
    but a BERT or a RoBERTa without a prefix.
    """
    _check_length("n_prefix", n_prefix, check_encoder(encoder).config.n_positions)
    layers = find_layers(encoder, ("attention",), MultiHeadAttention)
    encoder.requires_grad_(False)
    for path, layer in layers.items():
        prefix = PrefixAttention(layer, n_prefix)  # pyright: ignore[reportArgumentType]
        replace_layer(encoder, path, prefix.to(encoder.norm.weight.device))


def _check_length(name: str, value: int, n_positions: int) -> None:
    check_whole(name, value, 1)
    if value >= n_positions:
        raise ValueError(f"{name}={value} leaves no room for a text in n_positions={n_positions}")
