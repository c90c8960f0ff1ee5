"""Our encoder–decoder is transformers' Marian; decoding step by step; what it refuses."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.testing import assert_close
from transformers import MarianConfig, MarianMTModel

from lmbook.models.hf.weights import from_hf, to_hf_state_dict
from lmbook.models.transformer import Transformer, TransformerConfig

PAD = 63


@pytest.fixture
def twins(parity, padded):
    config = MarianConfig(
        vocab_size=64, max_position_embeddings=32, d_model=24, encoder_layers=3, decoder_layers=3,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=40,
        decoder_ffn_dim=40, activation_function="swish", scale_embedding=True, pad_token_id=PAD,
        decoder_start_token_id=PAD, eos_token_id=0, forced_eos_token_id=0,
    )  # fmt: skip
    theirs = parity.randomize(MarianMTModel(config))
    norm = theirs.model.decoder.layers[-1].final_layer_norm
    ids = padded[0]
    call = lambda: theirs(input_ids=ids, decoder_input_ids=ids).logits  # noqa: E731
    parity.spread(call, norm.weight, norm.bias)
    theirs.final_logits_bias.normal_(generator=torch.Generator().manual_seed(3))
    ours = from_hf(theirs)
    assert isinstance(ours, Transformer) and not ours.training
    return ours, theirs


@pytest.fixture
def pair(padded):
    """Source, its mask, target inputs, their mask: rows of different length."""
    ids, mask, _ = padded
    return ids.masked_fill(~mask, PAD), mask, ids.flip(0)[:, :10], mask.flip(0)[:, :10]


def test_the_sizes_are_read(twins):
    config = twins[0].config
    assert (config.vocab_size, config.n_positions, config.d_model, config.d_ff) == (64, 32, 24, 40)
    assert (config.n_layers, config.n_heads, config.activation) == (3, 4, "silu")
    assert (config.layout, config.pad_id, config.start_id, config.eos_id) == ("halves", 63, 63, 0)


def test_logits_and_hidden_states_agree(twins, parity, pair):
    ours, theirs = twins
    source, source_mask, target, target_mask = pair
    output = theirs(
        input_ids=source, attention_mask=source_mask.long(), decoder_input_ids=target,
        decoder_attention_mask=target_mask.long(), output_hidden_states=True,
    )  # fmt: skip
    logits = ours(source, target, source_mask, target_mask)
    parity.check("logits", logits[target_mask], output.logits[target_mask])
    memory = ours.encode(source, source_mask)
    parity.check("memory", memory, output.encoder_last_hidden_state)
    call = lambda: ours(source, target, source_mask, target_mask)  # noqa: E731
    encoder = parity.streams(ours.encoder, call)
    for mine, its in zip(encoder, output.encoder_hidden_states, strict=True):
        parity.check("encoder's hidden states", mine, its)
    decoder = parity.streams(ours.decoder, call)
    for mine, its in zip(decoder, output.decoder_hidden_states, strict=True):
        parity.check("decoder's hidden states", mine[target_mask], its[target_mask])


def test_all_gradients_agree(twins, parity, pair, cross_entropy):
    ours, theirs = twins
    source, source_mask, target, target_mask = pair
    output = theirs(
        input_ids=source, attention_mask=source_mask.long(), decoder_input_ids=target,
        decoder_attention_mask=target_mask.long(),
    )  # fmt: skip
    cross_entropy(output.logits, target_mask).backward()
    cross_entropy(ours(source, target, source_mask, target_mask), target_mask).backward()
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_greedy_decoding_gives_the_same_ids(twins, pair):
    ours, theirs = twins
    source, source_mask, _, _ = pair
    wanted = theirs.generate(
        input_ids=source, attention_mask=source_mask.long(), max_new_tokens=8, min_new_tokens=8,
        do_sample=False, num_beams=1, forced_eos_token_id=None,
    )  # fmt: skip
    with torch.no_grad():
        state = ours.start(source, source_mask, capacity=8)
        token = torch.full((3, 1), ours.config.start_id)
        tokens = [token]
        for _ in range(8):
            scores = ours.step(token, state)[:, -1]
            scores[:, 0] = -torch.inf  # min_new_tokens forbids the end
            token = scores.argmax(-1, keepdim=True)
            tokens.append(token)
    assert torch.equal(torch.cat(tokens, dim=1), wanted)


def test_weights_go_in_both_directions(twins, parity):
    parity.check_both_directions(twins[1], from_hf, to_hf_state_dict)


def small(**fields) -> Transformer:
    torch.manual_seed(0)
    sizes = {"vocab_size": 11, "n_positions": 8, "d_model": 8, "n_layers": 2, "n_heads": 2}
    return Transformer(TransformerConfig(**(sizes | {"d_ff": 12} | fields))).eval()


SOURCE = torch.tensor([[3, 4, 5, 6], [7, 8, 0, 0]])
MASK = torch.tensor([[True] * 4, [True, True, False, False]])
TARGET = torch.tensor([[1, 9, 3, 4, 5], [1, 6, 7, 10, 2]])


def test_the_published_size_is_the_default():
    with torch.device("meta"):
        model = Transformer(TransformerConfig())
    # one table of 37,000; 4 matrices an attention, biases besides; "65 million" in table 3
    table, attention, norm = 37_000 * 512, 4 * (512**2 + 512), 2 * 512
    feedforward = 2 * 512 * 2048 + 2048 + 512
    encoder = attention + feedforward + 2 * norm
    decoder = 2 * attention + feedforward + 3 * norm
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    assert n_parameters == table + 6 * encoder + 6 * decoder == 63_082_496


def test_what_enters_the_first_block_is_the_scaled_embedding_plus_sinusoids(parity):
    model = small()
    entered = parity.streams(model.encoder, lambda: model.encode(SOURCE))[0]
    by_hand = 8**0.5 * model.embedding.weight[SOURCE[0, 1]]
    by_hand = (
        by_hand + torch.tensor([1 / 10_000 ** (i / 8) for i in (0, 0, 2, 2, 4, 4, 6, 6)]).sin()
    )
    assert_close(entered[0, 1, 0::2], by_hand[0::2])  # position 1, the sines


@given(changed=st.integers(1, 4))
@settings(max_examples=10)
def test_a_target_token_cannot_change_logits_before_it_and_a_source_token_all(changed):
    model, other = small(), TARGET.clone()
    other[:, changed] = (TARGET[:, changed] + 1) % 11
    before, after = model(SOURCE, TARGET), model(SOURCE, other)
    assert torch.equal(before[:, :changed], after[:, :changed])
    assert not torch.equal(before[:, changed], after[:, changed])
    moved = SOURCE.clone()
    moved[:, 0] = 10
    assert ((model(moved, TARGET) - before).abs().amax(-1) > 0).all()


def test_what_stands_at_the_sources_padding_changes_nothing():
    model, other = small(), SOURCE.clone()
    other[1, 2:] = 9
    assert torch.equal(model(SOURCE, TARGET, MASK), model(other, TARGET, MASK))
    alone = model(SOURCE[1:, :2], TARGET[1:])
    assert_close(model(SOURCE, TARGET, MASK)[1:], alone, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("sizes", [[1, 1, 1, 1, 1], [2, 3], [5]])
def test_steps_give_the_logits_of_one_pass_and_read_the_source_once(sizes, monkeypatch):
    model, calls = small(), []
    for block in model.decoder:
        look = block.cross_attention.keys_values
        monkeypatch.setattr(
            block.cross_attention,
            "keys_values",
            lambda memory, look=look: calls.append(1) or look(memory),
        )
    with torch.no_grad():
        state = model.start(SOURCE, MASK, capacity=5)
        parts = [model.step(part, state) for part in TARGET.split(sizes, dim=1)]
    assert len(calls) == 2 and state.cache.length == 5  # one look a layer
    assert_close(torch.cat(parts, dim=1), model(SOURCE, TARGET, MASK), atol=1e-6, rtol=1e-5)


def test_rows_of_a_state_can_be_repeated_and_dropped():
    model, rows = small(), torch.tensor([1, 1, 0])
    with torch.no_grad():
        state = model.start(SOURCE, MASK)
        model.step(TARGET[:, :2], state)
        state.reorder(rows)
        got = model.step(TARGET[rows, 2:3], state)[:, 0]
        assert_close(got, model(SOURCE, TARGET, MASK)[rows, 2], atol=1e-6, rtol=1e-5)


def test_one_batch_can_be_learned_by_heart():
    torch.manual_seed(0)
    sizes = {"vocab_size": 11, "n_positions": 8, "d_model": 16, "n_layers": 1, "n_heads": 2}
    model = Transformer(TransformerConfig(**sizes, d_ff=32, dropout=0.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        logits = model(SOURCE, TARGET[:, :-1], MASK)
        loss = F.cross_entropy(logits.flatten(0, 1), TARGET[:, 1:].flatten())
        loss.backward()
        optimizer.step()
    assert loss < 0.05


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"n_heads": 3}, "d_model=8 is not a multiple of n_heads=3"),
        ({"d_ff": 0}, "d_ff=0 is below 1"),
        ({"dropout": -0.1}, "dropout=-0.1 is not at least 0"),
        ({"activation": "swish"}, "activation='swish' is not one of gelu"),
        ({"layout": "mixed"}, "layout='mixed' is not one of interleaved, halves"),
        ({"pad_id": 11}, "pad_id=11 is not below vocab_size=11"),
        ({"eos_id": -1}, "eos_id=-1 is not below vocab_size=11"),
    ],
)
def test_sizes_that_do_not_fit_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        small(**fields)


def test_inputs_that_do_not_fit_are_named():
    model, long = small(), torch.ones(2, 9, dtype=torch.long)
    with pytest.raises(ValueError, match="9 tokens exceed n_positions=8"):
        model.encode(long)
    with pytest.raises(ValueError, match="9 tokens exceed n_positions=8"):
        model(SOURCE, long)
    state = model.start(SOURCE, MASK, capacity=4)
    with torch.no_grad(), pytest.raises(ValueError, match="5 tokens exceed the cache's capacity=4"):
        model.step(TARGET, state)
    with pytest.raises(ValueError, match="target_inputs holds 11, outside 0 … vocab_size-1=10"):
        model(SOURCE, TARGET + 1)
    nothing = MASK & torch.tensor([[True], [False]])
    with pytest.raises(ValueError, match="row 1 of mask is False everywhere"):
        model.encode(SOURCE, nothing)
    with pytest.raises(ValueError, match="row 1 of mask is False everywhere"):
        model(SOURCE, TARGET[:, :4], None, nothing)
