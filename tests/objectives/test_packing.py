"""Packing: every token once, documents kept apart, and the same logits as alone."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.nn.masks import same_document
from lmbook.objectives.packing import pack_documents


def test_two_documents_by_hand():
    # the line: 0 5 6 0 7 8 9 0; inputs are all but the last, targets all but the first
    packed = pack_documents([[5, 6], [7, 8, 9]], 4, 0)
    assert packed.inputs.tolist() == [[0, 5, 6, 0], [7, 8, 9, 0]]
    assert packed.targets.tolist() == [[5, 6, 0, 7], [8, 9, 0, -100]]
    assert packed.documents.tolist() == [[0, 0, 0, 1], [0, 0, 0, 1]]
    assert packed.positions.tolist() == [[0, 1, 2, 0], [0, 1, 2, 0]]


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=12), min_size=1, max_size=8),
    st.integers(1, 10),
)
def test_every_token_and_every_end_is_a_target_once(documents, n_steps):
    packed = pack_documents(documents, n_steps, 0)
    targets = packed.targets[packed.targets != -100].tolist()
    assert targets == [i for document in documents for i in (*document, 0)]
    assert (packed.positions >= 0).all() and (packed.documents.diff(dim=1) >= 0).all()


@pytest.mark.parametrize(
    ("family", "config"),
    [
        (GPT, GPTConfig(vocab_size=30, n_positions=16, d_model=16, n_layers=2, n_heads=2, d_ff=32,
                        start_id=0)),
        (Llama, LlamaConfig(vocab_size=30, n_positions=16, d_model=16, n_layers=2, n_heads=2,
                            n_kv_heads=2, d_ff=32, start_id=0)),
    ],
)  # fmt: skip
def test_a_packed_document_has_the_logits_it_has_alone(family, config):
    torch.manual_seed(0)
    model = family(config).eval()
    documents = [[5, 6, 7], [9, 8], [3, 4, 2, 1]]
    packed = pack_documents(documents, 12, 0)
    with torch.no_grad():
        together = model(packed.inputs, documents=packed.documents)[0][0]
        alone = [model(torch.tensor([[0, *document]]))[0][0] for document in documents]
    assert_close(together[:12], torch.cat(alone)[:12], atol=1e-5, rtol=1e-5)
    with torch.no_grad():
        leaking = model(packed.inputs)[0][0]
    assert not torch.allclose(leaking[4:], together[4:], atol=1e-3)


def test_documents_beside_a_cache_or_a_mask_are_refused():
    config = GPTConfig(
        vocab_size=30, n_positions=16, d_model=16, n_layers=1, n_heads=2, d_ff=32, start_id=0
    )
    model, ids = GPT(config), torch.tensor([[1, 2]])
    for others in ({"mask": ids > 0}, {"state": model.new_cache(1)}):
        with pytest.raises(ValueError, match="documents of shape"):
            model(ids, documents=ids, **others)


def test_the_mask_of_a_row():
    mask = same_document(torch.tensor([[0, 0, 1]]))
    assert mask.shape == (1, 1, 3, 3)
    assert mask[0, 0].tolist() == [[True, True, False], [True, True, False], [False, False, True]]


@pytest.mark.parametrize(
    ("documents", "n_steps", "message"),
    [
        ([], 4, "documents is empty"),
        ([[1], []], 4, "document 1 is empty"),
        ([[1, 0]], 4, "document 0 holds end_id=0"),
        ([[1]], 0, "n_steps=0 is below 1"),
    ],
)
def test_what_cannot_be_packed_is_refused(documents, n_steps, message):
    with pytest.raises(ValueError, match=message):
        pack_documents(documents, n_steps, 0)
