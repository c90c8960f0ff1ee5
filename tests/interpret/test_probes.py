"""Probes: vectors by hand, a solution that another optimiser finds too, and honest controls."""

import pytest
import torch
from torch.nn import functional as F

from lmbook.interpret.probes import fit_probe, mean_vectors, probe_hits, shuffled_weights
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import MaskedLM
from lmbook.models.xlnet import XLNet, XLNetConfig

SIZES = {"vocab_size": 20, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16, "dropout": 0.0}


def networks():
    torch.manual_seed(0)
    bert = Bert(BertConfig(**SIZES, n_positions=12, attention_dropout=0.0))
    gpt = GPT(GPTConfig(**SIZES, n_positions=12, start_id=0))
    return {"gpt": gpt, "bert": MaskedLM(bert), "xlnet": XLNet(XLNetConfig(**SIZES))}


@pytest.mark.parametrize("name", networks())
def test_a_mean_is_that_of_the_text_alone(name):
    model, texts = networks()[name].eval(), [[3, 4, 5], [6], [7, 8, 9]]
    vectors = mean_vectors(model, texts, start_id=1)
    assert vectors.shape == (3, 3, 8)
    alone = torch.cat([mean_vectors(model, [ids], start_id=1) for ids in texts], dim=1)
    assert torch.allclose(vectors, alone, atol=1e-6)


def test_the_last_layer_is_the_encoders_output():
    model = networks()["bert"].eval()
    output = model.encoder(torch.tensor([[1, 3, 4, 5]]))[0, 1:].mean(0)
    assert torch.allclose(mean_vectors(model, [[3, 4, 5]], start_id=1)[-1, 0], output, atol=1e-6)


def test_no_hook_stays_behind():
    model = networks()["gpt"]
    mean_vectors(model, [[1, 2]], start_id=0)
    assert not any(block._forward_hooks or block._forward_pre_hooks for block in model.blocks)


def test_the_fit_is_the_minimum_that_slow_descent_finds():
    draw = torch.Generator().manual_seed(0)
    x, labels = torch.randn(60, 3, generator=draw), torch.randint(4, (60,), generator=draw)
    probe = fit_probe(x, labels, 4, penalty=0.05)
    scaled = (x - x.mean(0)) / (x.std(0) + 1e-6)
    weight = torch.zeros(4, 3, requires_grad=True)
    bias = torch.zeros(4, requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=0.5)
    for _ in range(2000):
        optimizer.zero_grad()
        loss = F.cross_entropy(scaled @ weight.T + bias, labels) + 0.05 * weight.square().sum()
        loss.backward()
        optimizer.step()
    assert torch.allclose(probe.layer.weight, weight, atol=1e-3)


def test_hits_are_those_of_the_layer_that_validates_best():
    draw = torch.Generator().manual_seed(0)
    labels = torch.arange(90) % 3
    noise = torch.randn(90, 4, generator=draw)
    signal = F.one_hot(labels, 4) + 0.1 * torch.randn(90, 4, generator=draw)
    assert probe_hits(torch.stack([noise, signal]), labels, (50, 70)).all()
    chance = probe_hits(noise[None], labels, (50, 70)).double().mean()
    assert 0.05 < chance < 0.7


def test_shuffled_weights_are_the_same_numbers_in_another_order():
    model = networks()["gpt"]
    control = shuffled_weights(model, torch.Generator().manual_seed(0))
    for old, new in zip(model.parameters(), control.parameters(), strict=True):
        assert torch.equal(old.flatten().sort().values, new.flatten().sort().values)
    assert not torch.equal(model.embedding.weight, control.embedding.weight)


def test_what_cannot_be_probed_is_refused():
    x = torch.randn(6, 2)
    with pytest.raises(ValueError, match="texts holds one without a token"):
        mean_vectors(networks()["gpt"], [[1], []], start_id=0)
    with pytest.raises(ValueError, match="labels reach from 0 to 2, not 0 to 1"):
        fit_probe(x, torch.tensor([0, 1, 2, 0, 1, 2]), 2)
    with pytest.raises(ValueError, match="penalty=-1.0 is negative"):
        fit_probe(x, torch.tensor([0, 1, 1, 0, 1, 1]), 2, penalty=-1.0)
    with pytest.raises(ValueError, match=r"cuts=\(0, 3\) do not make three parts of 6 texts"):
        probe_hits(x[None], torch.tensor([0, 1, 1, 0, 1, 1]), (0, 3))
