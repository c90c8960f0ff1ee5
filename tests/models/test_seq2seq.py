"""Encoder and decoder: where attention looks, what padding must not do, when greedy stops."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.testing import assert_close

from lmbook.data.batches.windows import pad_rows
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig, reverse
from lmbook.objectives.causal import causal_loss, shift

KINDS = [("none", "gru"), ("dot", "gru"), ("additive", "gru"), ("dot", "lstm"), ("additive", "rnn")]
PAD, START, EOS = 0, 1, 2


def model_of(attention: str = "additive", cell: str = "gru", **fields) -> Seq2Seq:
    torch.manual_seed(0)
    sizes = {"source_vocab_size": 9, "target_vocab_size": 8, "d_model": 6, "d_hidden": 10}
    return Seq2Seq(Seq2SeqConfig(**(sizes | fields), attention=attention, cell=cell)).eval()


@pytest.fixture
def source() -> tuple[torch.Tensor, torch.Tensor]:
    return pad_rows([[3, 4, 5, 6, 7], [8, 3], [4, 4, 5]], PAD)


TARGETS = torch.tensor([[3, 4, 5, 6], [7, 3, 3, 4], [5, 5, 6, 7]])


def test_a_row_is_reversed_up_to_its_length():
    x = torch.arange(8.0).view(2, 4, 1)
    # rows 0 1 2 3 and 4 5 6 7; the first has 3 real entries, the second 1
    turned = reverse(x, torch.tensor([3, 1]))[..., 0]
    assert turned.tolist() == [[2, 1, 0, 3], [4, 5, 6, 7]]


@pytest.mark.parametrize(("attention", "cell"), KINDS)
def test_shapes_and_weights_that_sum_to_one_over_the_real_source(attention, cell, source):
    logits, weights = model_of(attention, cell)(*source, TARGETS)
    assert logits.shape == (3, 4, 8)
    if attention == "none":
        assert weights is None
    else:
        assert weights is not None and weights.shape == (3, 4, 5)
        assert_close(weights.sum(dim=-1), torch.ones(3, 4))
        assert (weights[1, :, 2:] == 0).all() and (weights[2, :, 3:] == 0).all()


def test_the_dot_score_and_the_context_by_hand(source):
    model = model_of("dot")
    memory, mask, state = model.encode(*source)
    hidden, _ = model.decoder.recurrent(model.decoder.embedding(TARGETS), state)
    logits, weights = model(*source, TARGETS)
    # row 1 has two source positions: softmax of two dot products, then the mean of two vectors
    scores = [(hidden[1, 0] @ memory[1, s]).item() for s in range(2)]
    first = math.exp(scores[0]) / (math.exp(scores[0]) + math.exp(scores[1]))
    assert weights[1, 0, 0].item() == pytest.approx(first, abs=1e-5)
    context = first * memory[1, 0] + (1 - first) * memory[1, 1]
    mixed = torch.tanh(model.decoder.combine(torch.cat([context, hidden[1, 0]])))
    assert_close(logits[1, 0], model.decoder.output(mixed))
    assert mask.sum(dim=1).tolist() == [5, 2, 3]


@settings(max_examples=25)
@given(st.sampled_from(KINDS), st.integers(0, 2**31), st.integers(1, 4))
def test_neither_content_nor_amount_of_padding_changes_the_logits(kind, seed, n_more):
    model = model_of(*kind)
    ids, lengths = pad_rows([[3, 4, 5, 6, 7], [8, 3], [4, 4, 5]], PAD)
    noise = torch.randint(9, (3, 5 + n_more), generator=torch.Generator().manual_seed(seed))
    noise[:, :5] = torch.where(torch.arange(5) < lengths[:, None], ids, noise[:, :5])
    noise[0, 5:] = torch.randint(9, (n_more,))
    assert_close(model(noise, lengths, TARGETS)[0], model(ids, lengths, TARGETS)[0])
    for row in range(3):  # and each row is what it is alone
        alone = model(
            ids[row : row + 1, : lengths[row]], lengths[row : row + 1], TARGETS[row, None]
        )
        assert_close(model(ids, lengths, TARGETS)[0][row], alone[0][0])


@pytest.mark.parametrize(("attention", "cell"), KINDS)
def test_a_future_target_cannot_change_past_logits(attention, cell, source):
    model, changed = model_of(attention, cell), TARGETS.clone()
    changed[:, 2:] = (TARGETS[:, 2:] + 1) % 8
    assert_close(model(*source, changed)[0][:, :2], model(*source, TARGETS)[0][:, :2])


def test_without_attention_the_source_reaches_the_decoder_by_its_first_state_only(source):
    model = model_of("none")
    memory, mask, state = model.encode(*source)
    logits, _, _ = model.decoder(TARGETS, torch.randn_like(memory), mask, state)
    assert_close(logits, model(*source, TARGETS)[0])
    with_attention = model_of("dot")
    memory, mask, state = with_attention.encode(*source)
    logits, _, _ = with_attention.decoder(TARGETS, torch.randn_like(memory), mask, state)
    assert not torch.allclose(logits, with_attention(*source, TARGETS)[0])


def test_the_encoder_equals_torch_s_bidirectional_gru_on_packed_rows(source):
    model = model_of("dot")
    encoder, (ids, lengths) = model.encoder, source
    theirs = nn.GRU(6, 10, batch_first=True, bidirectional=True)
    right, left = encoder.rightward.state_dict(), encoder.leftward.state_dict()
    theirs.load_state_dict(right | {f"{name}_reverse": t for name, t in left.items()}, strict=True)
    packed = pack_padded_sequence(
        encoder.embedding(ids), lengths, batch_first=True, enforce_sorted=False
    )
    outputs, ends = theirs(packed)
    both, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)
    real = torch.arange(5) < lengths[:, None]
    memory, start = encoder(ids, lengths)
    assert_close(memory[real], encoder.memory(both)[real], atol=1e-5, rtol=1e-5)
    assert_close(start, encoder.start(torch.cat([ends[0], ends[1]], dim=-1)), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("attention", "cell"), KINDS)
def test_greedy_takes_the_most_probable_token_and_feeds_it_back(attention, cell, source):
    model = model_of(attention, cell, eos_id=7)
    rows, weights = model.greedy(*source, max_length=6)
    for row in range(3):
        fed = torch.tensor([[START, *rows[row]]]).expand(3, -1)
        best = model(*source, fed)[0][row].argmax(dim=-1).tolist()
        assert best[: len(rows[row])] == rows[row]
        assert len(rows[row]) == 6 or best[len(rows[row])] == 7
    assert (weights is None) == (attention == "none")


def test_greedy_stops_at_the_end_of_every_row():
    model = model_of("dot")
    with torch.no_grad():
        model.decoder.output.weight.zero_()
        model.decoder.output.bias.copy_(torch.eye(8)[EOS])
    source, lengths = pad_rows([[3, 4], [5]], PAD)
    rows, weights = model.greedy(source, lengths, max_length=50)
    assert rows == [[], []] and weights.shape == (2, 1, 2)  # one step, not fifty


def test_greedy_gives_up_at_the_longest_length_and_leaves_no_graph(source):
    model = model_of("dot")
    with torch.no_grad():
        model.decoder.output.weight.zero_()
        model.decoder.output.bias.copy_(torch.eye(8)[5])
    rows, weights = model.greedy(*source, max_length=4)
    assert rows == [[5] * 4] * 3 and weights.shape == (3, 4, 5)
    assert not weights.requires_grad


@pytest.mark.parametrize(("attention", "cell"), KINDS)
def test_one_batch_can_be_learned_by_heart_and_written_out(attention, cell):
    model = model_of(attention, cell, d_hidden=24).train()
    source, lengths = pad_rows([[3, 4, 5, 6], [8, 7], [6, 3, 4]], PAD)
    answers = [[6, 5, 4, 3, EOS], [7, 7, EOS], [4, 3, 6, EOS]]
    targets, _ = pad_rows(answers, -100)
    inputs = shift(targets.where(targets >= 0, PAD), START)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        loss = causal_loss(model(source, lengths, inputs)[0], targets)
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    rows, _ = model.eval().greedy(source, lengths, max_length=9)
    assert rows == [answer[:-1] for answer in answers]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"d_hidden": 0}, "d_hidden=0 is below 1"),
        ({"attention": "full"}, "attention='full' is not one of none, dot, additive"),
        ({"cell": "qrnn"}, "cell='qrnn' is not one of rnn, lstm, gru"),
        ({"dropout": 1.0}, "dropout=1.0 is not at least 0 and below 1"),
        ({"eos_id": 8}, "eos_id=8 is not an id below target_vocab_size=8"),
        ({"pad_id": 7, "source_vocab_size": 5}, "pad_id=7 is not below source_vocab_size=5"),
    ],
)
def test_a_field_that_does_not_fit_is_named(fields, message):
    with pytest.raises(ValueError, match=message):
        Seq2SeqConfig(**({"source_vocab_size": 9, "target_vocab_size": 8} | fields))


def test_lengths_and_batches_that_cannot_be_are_refused(source):
    model, (ids, lengths) = model_of(), source
    with pytest.raises(ValueError, match="source_lengths has 6; source has 5 columns"):
        model(ids, lengths + torch.tensor([1, 0, 0]), TARGETS)
    with pytest.raises(ValueError, match="a row of source has no token"):
        model(ids, lengths * torch.tensor([1, 0, 1]), TARGETS)
    with pytest.raises(ValueError, match="the batch is empty"):
        model(ids[:0], lengths[:0], TARGETS[:0])
    with pytest.raises(ValueError, match="max_length=0 is below 1"):
        model.greedy(ids, lengths, max_length=0)
