"""Changes of low rank: what they compute, learn, and leave alone."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from lmbook.adapt import lora
from lmbook.adapt.freeze import n_trainable
from lmbook.adapt.lora import LoRAConfig, LoRALinear, add_lora
from lmbook.adapt.low_rank import lora_scale, rslora_scale
from lmbook.adapt.nf4 import quantize_linears
from lmbook.tasks.classify import classification_loss

KINDS = ("lora", "rslora", "dora")


def config(**changes):
    return LoRAConfig(**{"rank": 2, "alpha": 4.0, "targets": ("query", "value"), **changes})


def disturbed(model):
    """As if the changes had learned something."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, LoRALinear):
                for p in layer.adapters.parameters():
                    p += 0.3 * torch.randn(p.shape, generator=generator)
    return model


def test_several_changes_act_in_one_order_so_that_dropout_repeats():
    model, said = linear([[1.0, 0.0], [0.0, 1.0]]), []
    names = ["north", "south", "east", "west", "up", "down"]
    for name in names:
        add_lora(model, LoRAConfig(rank=1, targets=("query",)), name)
        change = model["query"].adapters[name]
        change.register_forward_hook(lambda *_, name=name: said.append(name))
    lora.use_lora(model, (*names, None))
    model["query"](torch.ones(7, 2))
    assert said == sorted(names)


def linear(weight):
    layer = nn.Linear(2, 2, bias=False)
    layer.weight.data = torch.tensor(weight)
    return nn.ModuleDict({"query": layer})


def test_a_change_of_rank_one_by_hand():
    model = linear([[1.0, 0.0], [0.0, 1.0]])
    add_lora(model, LoRAConfig(rank=1, alpha=3.0, targets=("query",)))
    change = model["query"].adapters["default"]
    change.a.data, change.b.data = torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0], [-1.0]])
    # a x = 1·1 + 2·1 = 3; s B a x = 3 · (3, −3) = (9, −9); x + that = (10, −8)
    assert_close(model["query"](torch.tensor([[1.0, 1.0]])), torch.tensor([[10.0, -8.0]]))
    assert_close(change.delta(), torch.tensor([[3.0, 6.0], [-3.0, -6.0]]))


def test_the_lengths_of_dora_by_hand():
    model = linear([[3.0, 4.0], [0.0, 2.0]])
    add_lora(model, LoRAConfig(rank=1, alpha=1.0, kind="dora", targets=("query",)))
    change = model["query"].adapters["default"]
    assert_close(change.magnitude.data, torch.tensor([5.0, 2.0]))
    change.magnitude.data = torch.tensor([10.0, 2.0])
    # row 1 is (3, 4) / 5 · 10 = (6, 8), row 2 stays
    expected = torch.tensor([[6.0, 8.0], [0.0, 2.0]])
    assert_close(model["query"](torch.eye(2)), expected.T)
    assert_close(change.merged(model["query"].base.weight), expected)


def test_the_two_scales():
    assert lora_scale(16, 8.0) == 0.5 and rslora_scale(16, 8.0) == 2.0
    assert config(kind="rslora", rank=4).scale == 2.0 and config(rank=4).scale == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_changes_before_the_first_step(classifier, batch, kind):
    before = classifier(*batch[:2])
    add_lora(classifier.encoder, config(kind=kind))
    assert_close(classifier(*batch[:2]), before, atol=1e-6, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_change_and_the_head_learn(classifier, batch, kind):
    before = copy.deepcopy(classifier.state_dict())
    add_lora(classifier.encoder, config(kind=kind))
    optimizer = torch.optim.SGD([p for p in classifier.parameters() if p.requires_grad], lr=0.5)
    for _ in range(2):  # A has no gradient while B is zero
        optimizer.zero_grad()
        classification_loss(classifier, batch).backward()
        optimizer.step()
    after = {n.replace(".base.", "."): p for n, p in classifier.state_dict().items()}
    moved = {name for name, p in before.items() if not torch.equal(p, after[name])}
    assert moved == {"output.weight", "output.bias"}
    for name, p in classifier.named_parameters():
        assert p.requires_grad == (".adapters." in name or name.startswith("output.")), name
        if ".adapters." in name:
            assert p.grad is not None and p.grad.abs().sum() > 0, name


def test_the_number_of_trained_numbers(classifier):
    encoder = classifier.encoder
    add_lora(encoder, config())
    assert n_trainable(encoder) == 2 * 2 * 2 * (4 + 4)  # blocks · targets · rank · (in + out)


@pytest.mark.parametrize("kind", KINDS)
def test_a_merged_model_says_the_same(classifier, batch, kind):
    add_lora(classifier.encoder, config(kind=kind))
    disturbed(classifier)
    before = classifier(*batch[:2])
    lora.merge_lora(classifier.encoder)
    assert_close(classifier(*batch[:2]), before, atol=1e-6, rtol=1e-5)
    lora.remove_lora(classifier.encoder)
    assert not any(isinstance(layer, LoRALinear) for layer in classifier.modules())
    assert_close(classifier(*batch[:2]), before, atol=1e-6, rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.floats(0.1, 100), st.sampled_from(KINDS), st.integers(0, 99))
def test_merging_is_exact_for_any_rank(rank, alpha, kind, seed):
    torch.manual_seed(seed)
    model = nn.ModuleDict({"query": nn.Linear(5, 7).double()})
    add_lora(model, LoRAConfig(rank=rank, alpha=alpha, kind=kind, targets=("query",)))
    for p in model["query"].adapters.parameters():
        p.data.normal_()
    x = torch.randn(3, 5, dtype=torch.float64)
    before = model["query"](x)
    lora.merge_lora(model)
    assert_close(model["query"](x), before)


def test_unmerging_gives_the_weights_back_to_the_bit(classifier, batch):
    before = copy.deepcopy(classifier.encoder.state_dict())
    add_lora(classifier.encoder, config())
    said = disturbed(classifier)(*batch[:2])
    lora.merge_lora(classifier.encoder)
    lora.unmerge_lora(classifier.encoder)
    assert_close(classifier(*batch[:2]), said, atol=0, rtol=0)
    lora.remove_lora(classifier.encoder)
    for name, p in classifier.encoder.state_dict().items():
        assert torch.equal(p, before[name]), name


def test_every_row_can_have_an_adapter_of_its_own(classifier, batch):
    encoder, (ids, mask, _) = classifier.encoder.eval(), batch
    base = encoder(ids, mask)
    add_lora(encoder, config(), "first")
    add_lora(encoder, config(rank=1, targets=("query", "up"), kind="dora"), "second")
    disturbed(encoder)
    alone = {None: base}
    for name in ("first", "second"):
        lora.use_lora(encoder, name)
        alone[name] = encoder(ids, mask)
    assert (alone["first"] - alone["second"]).abs().max() > 0.01
    names = ("second", None, "first")
    lora.use_lora(encoder, names)
    together = encoder(ids, mask)
    for row, name in enumerate(names):
        assert_close(together[row], alone[name][row], atol=1e-6, rtol=1e-5)
    lora.use_lora(encoder, None)
    assert_close(encoder(ids, mask), base, atol=0, rtol=0)


def test_a_change_stands_on_weights_of_four_bits(classifier, batch):
    encoder, (ids, mask, _) = classifier.encoder, batch
    quantize_linears(encoder, ("query", "value", "up", "down"))
    rounded = encoder(ids, mask)
    add_lora(encoder, config(targets=("query", "up")))
    assert_close(encoder(ids, mask), rounded)
    classification_loss(classifier, batch).backward()
    for name, p in encoder.named_parameters():
        assert (p.grad is not None) == name.endswith(("adapters.default.a", "adapters.default.b"))
    with pytest.raises(ValueError, match=r"blocks\.0\.attention\.query is stored in NF4"):
        lora.merge_lora(encoder)


def test_it_overfits_one_batch(classifier, batch):
    torch.manual_seed(0)
    add_lora(classifier.encoder, config())
    optimizer = torch.optim.Adam([p for p in classifier.parameters() if p.requires_grad], lr=0.05)
    for _ in range(120):
        optimizer.zero_grad()
        loss = classification_loss(classifier, batch)
        loss.backward()
        optimizer.step()
    assert loss < 0.05


WRONG = {
    "rank=5 exceeds the width 4 of blocks.0.attention.query": {"rank": 5},
    "targets: 'q_proj' names no layer of this Bert, which has down, key": {"targets": ("q_proj",)},
    "targets is empty": {"targets": ()},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_the_model_is_named_and_changes_nothing(classifier, message):
    with pytest.raises(ValueError, match=message):
        add_lora(classifier.encoder, config(**WRONG[message]))
    assert not any(isinstance(layer, LoRALinear) for layer in classifier.modules())
    assert all(p.requires_grad for p in classifier.parameters())


BAD_FIELDS = {
    "rank=0 is below 1": {"rank": 0},
    "alpha=0.0 is not a finite number above 0": {"alpha": 0.0},
    "alpha=inf": {"alpha": float("inf")},
    "kind='pissa' is not one of lora, rslora, dora": {"kind": "pissa"},
    "dropout=1.5 is not between 0": {"dropout": 1.5},
}


@pytest.mark.parametrize("message", BAD_FIELDS)
def test_a_field_that_does_not_fit_is_named(message):
    with pytest.raises(ValueError, match=message):
        config(**BAD_FIELDS[message])


def test_calls_in_the_wrong_order_are_refused(classifier, batch):
    encoder = classifier.encoder
    for call, said in (
        (lora.merge_lora, "no active adapter"),
        (lora.unmerge_lora, "no merged adapter"),
        (lora.remove_lora, "no adapter to remove"),
    ):
        with pytest.raises(ValueError, match=said):
            call(encoder)
    add_lora(encoder, config(), "a")
    with pytest.raises(ValueError, match="name='a' is taken"):
        add_lora(encoder, config(), "a")
    with pytest.raises(ValueError, match=r"name='a\.b' is empty or holds a dot"):
        add_lora(encoder, config(), "a.b")
    with pytest.raises(ValueError, match="'b' is not one of a"):
        lora.use_lora(encoder, "b")
    lora.use_lora(encoder, ("a", None))
    with pytest.raises(ValueError, match="2 names of adapters for a batch of 3 rows"):
        encoder(*batch[:2])
    with pytest.raises(ValueError, match="has an adapter for each row"):
        lora.merge_lora(encoder)
    lora.use_lora(encoder, "a")
    lora.merge_lora(encoder)
    for call in (lambda: lora.merge_lora(encoder), lambda: lora.use_lora(encoder, "a")):
        with pytest.raises(ValueError, match="has a merged adapter: unmerge_lora first"):
            call()
