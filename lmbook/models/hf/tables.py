"""What ``hf.py`` goes by: families, names and shapes of transformers' weights beside ours."""

import re

from torch import Tensor

from lmbook.models import bert, gpt, llama, roberta, transformer, xlnet
from lmbook.models.bert import Bert
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama
from lmbook.models.roberta import Roberta
from lmbook.models.transformer import Transformer
from lmbook.models.xlnet import XLNet

FAMILIES = {
    "gpt2": (GPT, gpt.HF_NAMES, "transformer."),
    "llama": (Llama, llama.HF_NAMES, "model."),
    "bert": (Bert, bert.HF_NAMES, "bert."),
    "roberta": (Roberta, roberta.HF_NAMES, "roberta."),
    "marian": (Transformer, transformer.HF_NAMES, "model."),
    "xlnet": (XLNet, xlnet.HF_NAMES, "transformer."),
}
"""By ``model_type``: our model, its table, and what stands before names if there is a head."""

COPIES = {
    "gpt2": {"lm_head.weight": "transformer.wte.weight"},
    "llama": {"lm_head.weight": "model.embed_tokens.weight"},
    "bert": {
        "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
        "cls.predictions.decoder.bias": "cls.predictions.bias",
    },
    "roberta": {
        "lm_head.decoder.weight": "roberta.embeddings.word_embeddings.weight",
        "lm_head.decoder.bias": "lm_head.bias",
    },
    "marian": {
        "model.encoder.embed_tokens.weight": "model.shared.weight",
        "model.decoder.embed_tokens.weight": "model.shared.weight",
        "lm_head.weight": "model.shared.weight",
    },
    "xlnet": {"lm_loss.weight": "transformer.word_embedding.weight"},
}
"""Their second names for a tensor, which are absent in files and present in state dicts."""

SINUSOIDS = {f"model.{side}.embed_positions.weight" for side in ("encoder", "decoder")}
"""Marian's positions, which its state dict holds although they follow from a formula."""

IGNORED = (
    ".attn.bias",  # GPT-2: the causal mask
    ".attn.masked_bias",  # GPT-2: what stands for −∞
    "embeddings.position_ids",  # BERT, RoBERTa: 0, 1, 2 …
    "rotary_emb.inv_freq",  # Llama: follows from the base
)
"""Endings of their names that we need not read."""

_TURNED = re.compile(r"\.(c_attn|c_proj|c_fc)\.weight$")  # GPT-2's Conv1D: [in out]
_BY_HEAD_TURNED = re.compile(r"\.rel_attn\.[qkvr]$")  # XLNet: [in head d_head]
_BY_HEAD = re.compile(r"\.rel_attn\.o$")  # XLNet: [out head d_head]


def in_our_shape(name: str, tensor: Tensor) -> Tensor:
    """Their tensor of that name as ours: matrices are [out in], and heads stand side by side."""
    if _TURNED.search(name):
        return tensor.T
    if _BY_HEAD_TURNED.search(name):
        return tensor.flatten(1).T
    if _BY_HEAD.search(name):
        return tensor.flatten(1)
    return tensor.flatten() if name.endswith(".mask_emb") else tensor


def in_their_shape(name: str, tensor: Tensor, n_heads: int) -> Tensor:
    """The inverse of ``in_our_shape``."""
    if _TURNED.search(name):
        return tensor.T
    if _BY_HEAD_TURNED.search(name):
        return tensor.T.unflatten(1, (n_heads, -1))
    if _BY_HEAD.search(name):
        return tensor.unflatten(1, (n_heads, -1))
    return tensor[None, None] if name.endswith(".mask_emb") else tensor
