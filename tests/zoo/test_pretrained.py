"""Real weights: what a published model computes, ours computes too."""

import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
import torch
from safetensors.torch import load
from torch.nn import functional as F

from lmbook.zoo import pretrained

SENTENCES = [
    "The cat sat on the mat, purring quietly.",
    "A kitten was resting on the rug.",
    "Interest rates rose by half a percentage point in 1994, and nobody was surprised at all.",
    "Déjà vu!",
]


@pytest.fixture(scope="module")
def minilm():
    return pretrained.load_minilm()


@pytest.fixture(scope="module")
def batch(minilm):
    tokenizer = minilm[1]
    cls, sep = (tokenizer.special_tokens.index(name) for name in ("[CLS]", "[SEP]"))
    rows = [[cls, *tokenizer.encode(sentence), sep] for sentence in SENTENCES]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    return ids, ids != 0


def test_the_vocabulary_has_the_published_ids(minilm):
    model, tokenizer = minilm
    assert tokenizer.vocab_size == model.config.vocab_size == 30_522
    assert (tokenizer.unknown_id, tokenizer.eos_id) == (100, 102)
    assert [tokenizer.token(i) for i in (0, 101, 103, 1996, 30521)] == [
        "[PAD]", "[CLS]", "[MASK]", "the", "##～",
    ]  # fmt: skip
    assert [tokenizer.token(i) for i in tokenizer.encode("embeddings")] == [
        "em", "##bed", "##ding", "##s",
    ]  # fmt: skip


def test_our_tokenizer_gives_the_ids_of_the_published_one(minilm):
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.Tokenizer.from_str(pretrained._read("tokenizer.json").decode())
    theirs.no_padding()
    for sentence in SENTENCES:
        wanted = theirs.encode(sentence, add_special_tokens=False).ids
        assert minilm[1].encode(sentence) == wanted


def test_vectors_of_real_sentences_are_those_of_transformers(minilm, batch, request):
    from transformers import BertConfig, BertModel

    ids, mask = batch
    theirs = BertModel(BertConfig(**json.loads(pretrained._read("config.json"))))
    theirs.load_state_dict(load(pretrained._read("model.safetensors")), strict=False)
    with torch.no_grad():
        output = theirs.eval()(input_ids=ids, attention_mask=mask.long())
        hidden = minilm[0](ids, mask)
    difference = (hidden - output.last_hidden_state).abs().max()
    request.node.user_properties.append(("last hidden state", f"{difference:.1e}"))
    assert difference <= 1e-5
    assert (minilm[0].pool(hidden) - output.pooler_output).abs().max() <= 1e-5


def test_sentences_of_one_meaning_are_near_each_other(minilm, batch):
    ids, mask = batch
    with torch.no_grad():
        hidden = minilm[0](ids, mask)
    means = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    similarity = F.normalize(means) @ F.normalize(means).T
    assert similarity[0, 1] > 0.5 > 0.2 > similarity[0, 2]


def test_a_vocabulary_that_is_cut_off_is_refused():
    with pytest.raises(ValueError, match="the vocabulary has 2 lines, fewer than 104"):
        pretrained.read_vocabulary("[PAD]\n[unused0]\n")
