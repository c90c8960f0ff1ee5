"""Induction: heads built by hand score 1, others by chance; a silenced head writes nothing."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.interpret import induction
from lmbook.interpret.capture import attention_layers, head_outputs
from lmbook.interpret.induction import (
    copying_scores,
    induction_scores,
    previous_token_scores,
    random_passages,
    repeating_rows,
    without_heads,
)
from lmbook.models.llama import Llama, LlamaConfig
from tests.interpret.nets import decoders, ids_of


def test_passages_are_drawn_from_the_given_tokens():
    kinds = torch.tensor([3, 7, 9])
    rows = random_passages(50, 8, kinds, torch.Generator().manual_seed(0))
    assert rows.shape == (50, 8)
    assert set(rows.unique().tolist()) == {3, 7, 9}


def test_rows_repeat_with_a_period_of_their_own():
    rows = repeating_rows(40, 20, (3, 7), torch.arange(1000), torch.Generator().manual_seed(0))
    periods = [next(p for p in range(1, 21) if row[p] == row[0]) for row in rows.tolist()]
    assert set(periods) == {3, 4, 5, 6, 7}
    for row, period in zip(rows.tolist(), periods, strict=True):
        assert row[period:] == row[:-period]
    with pytest.raises(ValueError, match=r"periods=\(4, 3\) are not two lengths"):
        repeating_rows(1, 5, (4, 3), torch.arange(2), torch.Generator())


def test_scores_are_read_where_an_induction_head_looks(monkeypatch):
    # passages a b c, read as  S a b c a b c : the second a (4) looks at b (2), the second b at c
    weights = torch.zeros(1, 1, 2, 7, 7)
    weights[0, 0, 0, 4, 2] = weights[0, 0, 0, 5, 3] = 1.0
    weights[0, 0, 1, 4, 1] = weights[0, 0, 1, 5, 2] = 1.0  # looks at the same token instead
    monkeypatch.setattr(induction, "attention_weights", lambda model, ids: weights)
    scores = induction_scores(decoders()["gpt"], torch.tensor([[1, 2, 3]]))
    assert_close(scores, torch.tensor([[1.0, 0.0]]))


def test_a_head_without_keys_looks_everywhere_alike():
    model = decoders()["gpt"]
    for layer in attention_layers(model):
        torch.nn.init.zeros_(layer.key.weight)
        torch.nn.init.zeros_(layer.key.bias)
    passages = ids_of(3, 4)
    # query 5 of 0 … 8 sees 6 tokens, query 6 sees 7, query 7 sees 8
    expected = (1 / 6 + 1 / 7 + 1 / 8) / 3
    assert_close(induction_scores(model, passages), torch.full((3, 4), expected))
    before = sum(1 / n for n in range(2, 6)) / 4
    assert_close(previous_token_scores(model, passages), torch.full((3, 4), before))


def test_a_head_that_writes_what_it_reads_copies():
    config = LlamaConfig(vocab_size=6, d_model=8, n_layers=1, n_heads=2, n_kv_heads=2, d_ff=8)
    torch.manual_seed(0)
    model = Llama(config)
    layer = attention_layers(model)[0]
    with torch.no_grad():
        model.output.weight.copy_(model.embedding.weight)
        layer.value.weight.copy_(torch.eye(8))
        layer.output.weight.copy_(torch.eye(8))
        layer.output.weight[:, 4:] *= -1  # the second head writes the opposite
    assert_close(copying_scores(model), torch.tensor([[1.0, -1.0]]))


@pytest.mark.parametrize("kind", ["gpt", "llama"])
def test_copying_scores_are_those_of_the_map_from_tokens_to_tokens(kind):
    model = decoders()[kind]
    scores = copying_scores(model)
    layer = attention_layers(model)[1]
    head, group = 2, 2 if kind == "gpt" else 1
    values = layer.value.weight.view(-1, 4, 16)[group]
    table = model.embedding.weight
    out = table if kind == "gpt" else model.output.weight
    whole = out @ layer.output.weight.view(16, 4, 4)[:, head] @ values @ table.T
    eigenvalues = torch.linalg.eigvals(whole.double())
    assert_close(scores[1, 2], (eigenvalues.sum().real / eigenvalues.abs().sum()).float())


def test_silenced_heads_write_nothing_and_the_others_of_the_first_block_the_same():
    model, ids = decoders()["llama"], ids_of()
    before = head_outputs(model, ids)
    with without_heads(model, [(0, 1), (0, 3), (2, 0)]):
        after = head_outputs(model, ids)
    assert not after[0, [1, 3]].any()
    assert not after[2, 0].any()
    assert_close(after[0, [0, 2]], before[0, [0, 2]])
    assert_close(head_outputs(model, ids), before)


def test_what_has_no_scores_is_refused():
    model = decoders()["gpt"]
    with pytest.raises(ValueError, match=r"passages has shape \(2, 1\)"):
        induction_scores(model, ids_of(2, 1))
    with pytest.raises(ValueError, match="not 1 row of 1 token"):
        previous_token_scores(model, ids_of(0, 3))
    with pytest.raises(ValueError, match="token_ids is empty"):
        random_passages(1, 1, torch.tensor([], dtype=torch.long), torch.Generator())
    with (
        pytest.raises(ValueError, match=r"heads holds \(0, 4\), the model has 3 layers of 4"),
        without_heads(model, [(0, 4)]),
    ):
        pass
