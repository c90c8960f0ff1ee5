"""Bottlenecks, prompts, prefixes, factors and biases on a frozen encoder."""

import copy

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.adapt.adapters import Bottleneck, add_adapters, add_parallel_adapters
from lmbook.adapt.freeze import n_trainable, train_biases
from lmbook.adapt.prompts import PrefixAttention, add_prefix, add_prompt
from lmbook.adapt.rescaling import add_ia3, merge_ia3
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.nn.attention import MultiHeadAttention, explicit_attention
from lmbook.tasks.classify import classification_loss

WIDTH, HIDDEN, BLOCKS = 4, 8, 2
NORMS = BLOCKS * 2 * 2 * WIDTH
METHODS = {  # what to call, and how many numbers learn
    "Houlsby": (lambda e: add_adapters(e, 3), BLOCKS * 2 * (2 * WIDTH * 3 + 3 + WIDTH) + NORMS),
    "parallel": (lambda e: add_parallel_adapters(e, 3), BLOCKS * (2 * WIDTH * 3 + 3 + WIDTH)),
    "prefix": (lambda e: add_prefix(e, 3), BLOCKS * 2 * 3 * WIDTH),
    "prompt": (lambda e: add_prompt(e, 3), 3 * WIDTH),
    "(IA)³": (add_ia3, BLOCKS * (2 * WIDTH + HIDDEN)),
    "BitFit": (train_biases, None),
}
START_AS_THE_BASE = ("Houlsby", "parallel", "(IA)³", "BitFit")


@pytest.mark.parametrize("method", METHODS)
def test_the_new_numbers_learn_and_the_old_ones_stay(classifier, batch, method):
    add, expected = METHODS[method]
    encoder = classifier.encoder
    before = {id(p): p.detach().clone() for p in encoder.parameters()}
    add(encoder)
    if expected is not None:
        assert n_trainable(encoder) == expected
    optimizer = torch.optim.SGD([p for p in classifier.parameters() if p.requires_grad], lr=0.5)
    for _ in range(2):
        optimizer.zero_grad()
        classification_loss(classifier, batch).backward()
        optimizer.step()
    moved = [p for p in encoder.parameters() if not torch.equal(p, before.get(id(p), p * 0 - 9))]
    learning = {id(p) for p in encoder.parameters() if p.requires_grad}
    assert {id(p) for p in moved} <= learning
    assert len(moved) >= 0.6 * len(learning)  # BERT's pooled token does not reach every bias


@pytest.mark.parametrize("method", START_AS_THE_BASE)
def test_it_begins_as_the_pre_trained_model(classifier, batch, method):
    before = classifier(*batch[:2])
    METHODS[method][0](classifier.encoder)
    assert_close(classifier(*batch[:2]), before)


@pytest.mark.parametrize("method", METHODS)
def test_padding_still_changes_nothing(classifier, batch, method):
    METHODS[method][0](classifier.encoder)
    for p in classifier.encoder.parameters():
        if p.requires_grad:
            p.data.normal_(std=0.5)
    ids, mask = batch[0][1:2], batch[1][1:2]
    short = classifier.encoder(ids[:, :3], mask[:, :3])
    assert_close(classifier.encoder(ids, mask)[:, :3], short, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_a_copy_learns_alone(classifier, method):
    METHODS[method][0](classifier.encoder)
    other = copy.deepcopy(classifier)
    ids = torch.tensor([[1, 5, 2]])
    before = classifier(ids)
    for p in other.encoder.parameters():
        if p.requires_grad:
            p.data.normal_()
    assert_close(classifier(ids), before)
    assert (other(ids) - before).abs().max() > 1e-4


def test_a_bottleneck_by_hand():
    layer = Bottleneck(2, 1, activation=F.relu)
    layer.down.weight.data, layer.up.weight.data = torch.tensor([[1.0, 2.0]]), torch.ones(2, 1)
    layer.up.bias.data = torch.tensor([0.0, 1.0])
    # down: 1·1 + 2·2 = 5; up: (5, 5) + (0, 1)
    assert_close(layer(torch.tensor([[1.0, 2.0]])), torch.tensor([[5.0, 6.0]]))


def test_houlsbys_bottleneck_reads_the_output_of_its_layer_and_the_parallel_one_the_input(masked):
    after, beside = masked.encoder, copy.deepcopy(masked.encoder)
    plain = copy.deepcopy(masked.encoder.blocks[0].feedforward)
    add_adapters(after, 3)
    add_parallel_adapters(beside, 3, scale=2.0)
    for encoder in (after, beside):
        for p in encoder.parameters():
            if p.requires_grad:
                p.data.normal_()
    x = torch.randn(2, 5, WIDTH)
    houlsby, parallel = after.blocks[0].feedforward, beside.blocks[0].feedforward
    h = plain(x)
    assert_close(houlsby(x), h + houlsby.down.bottleneck(h))
    assert_close(parallel(x), h + 2 * parallel.bottleneck(x))


def test_a_prefix_is_attention_over_more_keys_and_values():
    torch.manual_seed(0)
    base = MultiHeadAttention(8, 2)
    prefix = PrefixAttention(base, 3)
    x, mask = torch.randn(2, 5, 8), torch.tensor([[[[True] * 5]], [[[True] * 3 + [False] * 2]]])
    query = base._split(base.query(x), 2)
    key, value = base.keys_values(x)
    more = [
        p.view(3, 2, 4).transpose(0, 1).expand(2, -1, -1, -1) for p in (prefix.key, prefix.value)
    ]
    wide = F.pad(mask, (3, 0), value=True)
    pairs = torch.cat([more[0], key], 2), torch.cat([more[1], value], 2)
    context = explicit_attention(query, *pairs, mask=wide).transpose(1, 2).flatten(2)
    assert_close(prefix(x, mask=mask), base.output(context))


def test_a_prefix_moves_the_output_towards_its_own_values():
    """(1 − λ) · attention to the text + λ · attention to the prefix: He et al. (2022), eq. 7."""
    torch.manual_seed(0)
    query, key, value = torch.randn(1, 4), torch.randn(5, 4), torch.randn(5, 4)
    more_keys, more_values = torch.randn(2, 4), torch.randn(2, 4)
    joined = explicit_attention(query, torch.cat([more_keys, key]), torch.cat([more_values, value]))
    weight = [(query @ k.T / 2).exp().sum() for k in (more_keys, key)]
    share = weight[0] / sum(weight)
    text = explicit_attention(query, key, value)
    prefix = explicit_attention(query, more_keys, more_values)
    assert_close(joined, (1 - share) * text + share * prefix)


def test_a_prompt_of_known_tokens_is_those_tokens(masked, batch):
    encoder, ids = masked.encoder, batch[0][:1]
    first = torch.tensor([9, 10])
    expected = encoder(torch.cat([first[None], ids], dim=1))[:, 2:]
    add_prompt(encoder, 2, first)
    assert_close(encoder(ids), expected)
    assert_close(encoder(ids=ids, mask=torch.ones_like(ids)), expected)
    assert encoder(ids).shape == (1, 5, WIDTH)


def test_a_prompt_keeps_robertas_count_of_positions(batch):
    sizes = {"vocab_size": 12, "d_model": 4, "n_layers": 1, "n_heads": 2, "d_ff": 8}
    torch.manual_seed(0)
    encoder = Roberta(RobertaConfig(**sizes, n_positions=16)).eval()
    ids = torch.tensor([[5, 6, 7, encoder.config.pad_id]])
    mask = ids != encoder.config.pad_id
    first = torch.tensor([9, 10])
    longer = torch.cat([first[None], ids], dim=1), F.pad(mask, (2, 0), value=True)
    expected = encoder(*longer)[:, 2:]
    add_prompt(encoder, 2, first)
    assert_close(encoder(ids, mask), expected)


def test_factors_go_into_the_weights(classifier, batch):
    add_ia3(classifier.encoder)
    for name, p in classifier.encoder.named_parameters():
        if name.endswith("factor"):
            p.data.uniform_(0.5, 2)
    before = classifier(*batch[:2])
    merge_ia3(classifier.encoder)
    assert_close(classifier(*batch[:2]), before)
    with pytest.raises(ValueError, match="no factors"):
        merge_ia3(classifier.encoder)


def test_what_does_not_fit_is_named(classifier):
    encoder = classifier.encoder
    for call, said in (
        (lambda: add_adapters(encoder, 5), "d_bottleneck=5 exceeds the width 4 of the encoder"),
        (lambda: add_parallel_adapters(encoder, 0), "d_bottleneck=0 is below 1"),
        (lambda: add_prefix(encoder, 8), "n_prefix=8 leaves no room for a text in n_positions=8"),
        (lambda: add_prompt(encoder, 8), "n_prompt=8 leaves no room"),
        (lambda: add_prompt(encoder, 0), "n_prompt=0 is below 1"),
        (lambda: add_prompt(encoder, 2, torch.tensor([3])), "holds 1 tokens, not n_prompt=2"),
        (lambda: add_prompt(encoder, 1, torch.tensor([12])), "token id 12 is outside"),
    ):
        with pytest.raises(ValueError, match=said):
            call()
    assert all(p.requires_grad for p in encoder.parameters())
    add_prompt(encoder, 4)
    with pytest.raises(ValueError, match="n_prompt=4 and 5 tokens exceed n_positions=8"):
        encoder(torch.ones(1, 5, dtype=torch.int64))
    with pytest.raises(ValueError, match="has a prompt already"):
        add_prompt(encoder, 1)


def test_the_same_adapter_does_not_go_on_twice(classifier):
    for add in (METHODS["Houlsby"][0], add_ia3):
        encoder = copy.deepcopy(classifier.encoder)
        add(encoder)
        with pytest.raises(ValueError, match=r"names no layer of this Bert"):
            add(encoder)
