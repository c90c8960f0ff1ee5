"""Our XLNet is transformers' XLNet: both streams, segments, padding, memory; what it refuses."""

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close
from transformers import XLNetConfig as TheirConfig
from transformers import XLNetLMHeadModel

from lmbook.language_model import LanguageModel
from lmbook.models.hf.configs import read_fields
from lmbook.models.hf.weights import convert, from_hf, load_hf_folder, to_hf_state_dict
from lmbook.models.storage import load_model, save_model
from lmbook.models.xlnet import XLNet, XLNetConfig
from lmbook.objectives.permutation import permutation_batch

N_MEMORY = 7


def their_config(**fields):
    sizes = {
        "vocab_size": 64, "d_model": 24, "n_layer": 3, "n_head": 4, "d_inner": 40,
        "mem_len": N_MEMORY,
    }  # fmt: skip
    return TheirConfig(**(sizes | fields))


@pytest.fixture
def twins(parity, padded):
    theirs = parity.randomize(XLNetLMHeadModel(their_config()))
    last = theirs.transformer.layer[-1].ff.layer_norm
    # logits are proportional to these three together, as the bias is no part of the norm
    parity.spread(
        lambda: theirs(input_ids=padded[0]).logits, last.weight, last.bias, theirs.lm_loss.bias
    )
    ours = from_hf(theirs)
    assert isinstance(ours, XLNet) and not ours.training
    return ours, theirs


@pytest.fixture
def batch(padded):
    """Orders in which the first two positions are seen by every query."""
    generator = torch.Generator().manual_seed(3)
    return permutation_batch(padded[0], generator, n_predicted=5, n_first=2)


@pytest.fixture
def types():
    return torch.randint(3, (3, 12), generator=torch.Generator().manual_seed(1))


def their_masks(batch):
    """Theirs is True where a token may not be seen; a one-hot row for each predicted position."""
    n_tokens = batch.inputs.shape[1]
    unseen = ~batch.content_mask | torch.eye(n_tokens, dtype=torch.bool)
    # their query stream uses the row of the token that it predicts: the same mask but itself
    mapping = F.one_hot(batch.positions, n_tokens).float()
    return {"perm_mask": unseen.float(), "target_mapping": mapping}


def our_masks(batch):
    return {
        "content_mask": batch.content_mask,
        "query_mask": batch.query_mask,
        "positions": batch.positions,
    }


def content_streams(model, call):
    """What goes into the first block and comes out of each."""
    seen = []
    hooks = [model.blocks[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))]
    hooks += [b.register_forward_hook(lambda _, __, out: seen.append(out)) for b in model.blocks]
    call()
    for hook in hooks:
        hook.remove()
    return seen


def test_the_sizes_are_read(twins):
    config = twins[0].config
    assert (config.vocab_size, config.d_model, config.n_layers, config.n_heads) == (64, 24, 3, 4)
    assert (config.d_ff, config.n_memory, config.start_id) == (40, N_MEMORY, 1)
    assert (config.dropout, config.layer_norm_eps, config.activation) == (0.1, 1e-12, "gelu")


def test_the_content_stream_agrees_without_and_with_segments(twins, parity, padded, types):
    ours, theirs = twins
    ids = padded[0]
    parity.check("logits", ours(ids), theirs(input_ids=ids).logits)
    output = theirs(input_ids=ids, token_type_ids=types, output_hidden_states=True)
    parity.check("logits, segments", ours(ids, types=types), output.logits)
    streams = content_streams(ours, lambda: ours(ids, types=types))
    for mine, its in zip(streams, output.hidden_states, strict=True):
        parity.check("hidden states", mine, its)


def test_the_query_stream_agrees_at_the_predicted_positions(twins, parity, batch):
    ours, theirs = twins
    output = theirs(batch.inputs, **their_masks(batch), output_hidden_states=True)
    parity.check("logits, queries", ours(batch.inputs, **our_masks(batch)), output.logits)
    streams = ours.hidden(batch.inputs, **our_masks(batch))
    content, query = output.hidden_states[-2:]
    parity.check("content", streams.content, content)
    parity.check("query", streams.query, query)


def test_padded_rows_agree(twins, parity, padded, types):
    ours, theirs = twins
    ids, right, left = padded
    for side, mask in (("right", right), ("left", left)):
        content_mask = mask[:, None] | torch.eye(12, dtype=torch.bool)
        output = theirs(ids, attention_mask=mask.float(), token_type_ids=types).logits
        logits = ours(ids, content_mask=content_mask, types=types)
        parity.check(f"logits, padded {side}", logits, output)  # at the padding too


def test_everything_at_once_agrees_and_so_do_all_gradients(twins, parity, padded, batch, types):
    ours, theirs = twins
    mask = padded[1]
    masks = our_masks(batch)
    masks["content_mask"] = masks["content_mask"] & mask[:, None] | torch.eye(12, dtype=torch.bool)
    masks["query_mask"] = masks["query_mask"] & mask[:, None]
    logits = ours(batch.inputs, **masks, types=types)
    output = theirs(
        batch.inputs, **their_masks(batch), attention_mask=mask.float(), token_type_ids=types
    ).logits
    parity.check("logits, padded queries", logits, output)
    for scores in (logits, output):
        F.cross_entropy(scores.flatten(0, 1), batch.targets.flatten()).backward()
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_gradients_of_the_content_stream_agree(twins, parity, padded, types, cross_entropy):
    ours, theirs = twins
    ids, mask, _ = padded
    cross_entropy(ours(ids, types=types), mask).backward()
    cross_entropy(theirs(ids, token_type_ids=types).logits, mask).backward()
    # no query, no gradient of its beginning
    assert ours.mask_embedding.grad is None and theirs.transformer.mask_emb.grad is None
    ours.mask_embedding.grad = torch.zeros(24)
    theirs.transformer.mask_emb.grad = torch.zeros(1, 1, 24)
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_memory_over_three_segments_agrees(twins, parity, padded, types):
    ours, theirs = twins
    ids = padded[0]
    memory, mems = None, None
    for number, part in enumerate((slice(0, 5), slice(5, 9), slice(9, 12))):
        segment = permutation_batch(
            ids[:, part], torch.Generator().manual_seed(number), n_predicted=2
        )
        n_before = 0 if memory is None else memory[0].shape[1]
        masks = our_masks(segment)
        for name in ("content_mask", "query_mask"):
            masks[name] = F.pad(masks[name], (n_before, 0), value=True)
        sorts = types[:, part]
        streams = ours.hidden(segment.inputs, **masks, types=sorts, memory=memory)
        output = theirs(
            segment.inputs, **their_masks(segment), token_type_ids=sorts, mems=mems, use_mems=True
        )
        parity.check("logits, memory", ours.logits(streams.query), output.logits)
        memory, mems = streams.memory, output.mems
        assert memory[0].shape[1] == min(N_MEMORY, n_before + segment.inputs.shape[1])
        for mine, its in zip(memory, mems, strict=True):
            parity.check("memory", mine, its.transpose(0, 1))
            assert not mine.requires_grad


def test_weights_go_in_both_directions(twins, parity):
    ours, theirs = twins
    parity.check_both_directions(theirs, from_hf, to_hf_state_dict)
    again = convert(theirs.config.to_dict(), to_hf_state_dict(ours))
    for name, tensor in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name


def test_what_transformers_saves_can_be_loaded(twins, tmp_path):
    ours, theirs = twins
    theirs.save_pretrained(tmp_path)
    back = load_hf_folder(tmp_path)
    for name, tensor in ours.state_dict().items():
        assert torch.equal(back.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attn_type": "uni"}, "xlnet: attn_type='uni' is not implemented, only 'bi'"),
        ({"bi_data": True}, "xlnet: bi_data=True is not implemented, only False"),
        ({"clamp_len": 400}, "xlnet: clamp_len=400 is not implemented, only -1"),
        ({"same_length": True}, "xlnet: same_length=True is not implemented"),
        ({"reuse_len": 4}, "xlnet: reuse_len=4 is not implemented, only 0"),
        ({"untie_r": False}, "xlnet: untie_r=False is not implemented, only True"),
        ({"tie_word_embeddings": False}, "xlnet: tie_word_embeddings=False is not implemented"),
        ({"d_head": 5}, "xlnet: d_head=5 is not d_model / n_head"),
        ({"ff_activation": "tanh"}, "xlnet: activation 'tanh' is not one of gelu"),
        ({"d_model": None}, "xlnet: d_head=6 is not d_model / n_head"),
        ({"d_inner": None}, "xlnet: the configuration lacks 'd_inner'"),
    ],
)
def test_an_option_that_is_not_implemented_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        convert(their_config().to_dict() | options, {})


def test_a_published_configuration_without_memory_is_read():
    config = their_config(mem_len=None, reuse_len=None).to_dict() | {"untie_r": True}
    for name in ("bos_token_id", "d_head", "summary_type", "use_mems_eval"):
        del config[name]
    fields = read_fields(config)
    assert (fields["n_memory"], fields["start_id"]) == (0, 1)
    assert XLNetConfig(**fields).d_model == 24


def test_a_model_without_the_last_layer_s_bias_is_refused(twins):
    theirs = twins[1].transformer
    with pytest.raises(ValueError, match=r"xlnet: the weights lack 'lm_loss\.bias'"):
        from_hf(theirs)


def test_a_tensor_that_does_not_fit_is_named(twins):
    theirs = twins[1]
    config, weights = theirs.config.to_dict(), dict(theirs.state_dict())
    for name, wrong, shape in (
        ("transformer.layer.1.rel_attn.q", torch.ones(24, 24), r"\(24, 24\), not \(24, 4, 6\)"),
        ("transformer.layer.1.rel_attn.o", torch.ones(24, 6, 4), r"\(24, 6, 4\), not \(24, 4, 6\)"),
        ("transformer.mask_emb", torch.ones(24), r"\(24,\), not \(1, 1, 24\)"),
    ):
        with pytest.raises(ValueError, match=f"'{name}' has shape {shape}"):
            convert(config, weights | {name: wrong})


def small(**fields) -> XLNet:
    torch.manual_seed(0)
    sizes = {"vocab_size": 11, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 12}
    model = XLNet(XLNetConfig(**(sizes | fields))).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.5 * torch.randn(parameter.shape, generator=generator))
    return model


IDS = torch.tensor([[1, 3, 4, 5, 6], [1, 7, 8, 9, 10]])


def drawn(seed=0, **options):
    options = {"n_predicted": 3} | options
    return permutation_batch(IDS, torch.Generator().manual_seed(seed), **options)


def test_the_published_sizes_are_the_defaults():
    with torch.device("meta"):
        model = XLNet(XLNetConfig())
    # a layer: 5 d² of attention, 3 d of biases, 2 d of segments, 4 d of norms, 2 d·d_ff + d_ff + d
    d, d_ff = 768, 3072
    layer = 5 * d * d + 9 * d + 2 * d * d_ff + d_ff + d
    assert model.n_parameters == 32_000 * d + d + 12 * layer + 32_000 == 116_750_336


def test_no_prediction_depends_on_its_token_or_on_later_ones_in_the_order():
    """However many layers information passes through: changing a token moves later queries only."""
    model = small(n_layers=3)
    for seed in range(5):
        batch = drawn(seed, n_predicted=4)
        before = model(batch.inputs, **our_masks(batch))
        for place in range(4):
            changed = batch.inputs.clone()
            rows, columns = torch.arange(2), batch.positions[:, place]
            changed[rows, columns] = (changed[rows, columns] + 1) % 11
            moved = (model(changed, **our_masks(batch)) != before).any(-1)
            assert not moved[:, : place + 1].any() and moved[:, place + 1 :].all()


def test_every_order_s_predictions_are_those_of_the_prefix_alone():
    """Positions count, not what stands in the input's other places."""
    model, batch = small(), drawn(n_predicted=1)
    (position,) = batch.positions[0].tolist()
    row = our_masks(batch)
    logits = model(batch.inputs, **row)[0, 0]
    others = IDS[:1].clone()
    others[0, position] = 0
    assert_close(model(others, **{k: x[:1] for k, x in row.items()})[0, 0], logits)


def test_a_query_that_sees_nothing_knows_its_beginning_alone():
    model = small()
    unseen = torch.zeros(1, 5, 5, dtype=torch.bool)
    places = torch.arange(5).expand(2, -1)
    query = model.hidden(IDS, query_mask=unseen, positions=places).query
    assert query.isfinite().all()
    assert_close(query, query[:1, :1].expand_as(query))


def test_only_distances_count_not_places():
    """The same tokens three places further to the right, behind tokens that nobody sees."""
    model = small()
    later = F.pad(IDS, (3, 0))
    mask = torch.ones(1, 8, 8, dtype=torch.bool)
    mask[:, 3:, :3] = False
    moved = model(later, content_mask=mask)[:, 3:]
    assert_close(moved, model(IDS), atol=1e-5, rtol=1e-5)


def test_the_order_of_words_counts_in_both_directions():
    model = small()
    swapped = IDS[:, [0, 2, 1, 3, 4]]
    assert not torch.allclose(model(IDS)[:, 0], model(swapped)[:, 0], atol=1e-3)
    assert not torch.allclose(model(IDS)[:, 4], model(swapped)[:, 4], atol=1e-3)


def test_one_segment_for_all_is_none_and_their_numbers_do_not_matter():
    model = small()
    types = torch.tensor([[0, 0, 1, 1, 1], [0, 1, 1, 1, 2]])
    assert_close(model(IDS, types=torch.zeros_like(IDS)), model(IDS), atol=1e-5, rtol=1e-5)
    assert torch.equal(model(IDS, types=types), model(IDS, types=5 - 2 * types))
    assert not torch.allclose(model(IDS, types=types), model(IDS), atol=1e-3)


def test_the_cost_of_queries_leaves_content_as_it_is():
    model, batch = small(), drawn()
    content = model.hidden(IDS, content_mask=batch.content_mask).content
    assert torch.equal(model.hidden(IDS, **our_masks(batch)).content, content)
    two = {name: mask[:, :2] for name, mask in our_masks(batch).items() if "content" not in name}
    fewer = model(IDS, content_mask=batch.content_mask, **two)
    assert_close(fewer, model(IDS, **our_masks(batch))[:, :2], atol=1e-6, rtol=1e-5)


def test_memory_gives_what_the_whole_text_gives():
    """With causal masks a segment and its memory are the text in one piece."""
    model = small(n_memory=5)
    causal = torch.ones(1, 5, 5, dtype=torch.bool).tril()
    whole = model.hidden(IDS, content_mask=causal)
    first = model.hidden(IDS[:, :3], content_mask=causal[:, :3, :3])
    second = model.hidden(IDS[:, 3:], content_mask=causal[:, 3:], memory=first.memory)
    assert_close(second.content, whole.content[:, 3:], atol=1e-5, rtol=1e-5)
    for joined, memory in zip(second.memory, whole.memory, strict=True):
        assert_close(joined, memory, atol=1e-5, rtol=1e-5)


def test_the_memory_holds_the_last_inputs_of_each_layer():
    model = small(n_memory=2)
    first = model.hidden(IDS[:, :3])
    assert [tuple(x.shape) for x in first.memory] == [(2, 2, 8)] * 2
    assert torch.equal(first.memory[0], model.embedding(IDS[:, 1:3]))
    second = model.hidden(IDS[:, 3:4], memory=first.memory)
    assert torch.equal(second.memory[0], model.embedding(IDS[:, 2:4]))
    assert [x.shape[1] for x in small().hidden(IDS).memory] == [0, 0]


def test_it_is_a_language_model_whose_two_methods_agree():
    model = small(start_id=2)
    assert isinstance(model, LanguageModel) and model.vocab_size == 11
    scores = model.log_probs(IDS)
    for row, ids in enumerate(IDS):
        for t in range(5):
            step = model.next_log_probs(ids[:t])
            assert_close(step.exp().sum(), torch.tensor(1.0))
            assert_close(step[ids[t]], scores[row, t], atol=1e-5, rtol=1e-5)


def test_all_texts_of_two_tokens_share_the_probability_of_one():
    texts = torch.cartesian_prod(torch.arange(11), torch.arange(11))
    assert_close(small().log_probs(texts).sum(1).exp().sum(), torch.tensor(1.0))


def test_a_prediction_behind_the_last_token_is_that_of_a_token_nobody_sees():
    """transformers puts any token there, and hides it."""
    model = small()
    scores = model.next_log_probs(IDS[0, 1:])
    ids = F.pad(IDS[:1], (0, 1))
    mask = torch.ones(1, 6, 6, dtype=torch.bool).tril()
    query_mask = mask[:, 5:].clone()
    query_mask[..., 5] = False
    places = torch.tensor([[5]])
    logits = model(ids, content_mask=mask, query_mask=query_mask, positions=places)
    assert_close(logits[0, 0].log_softmax(-1), scores, atol=1e-5, rtol=1e-5)


def test_scoring_leaves_the_model_as_it_was(monkeypatch):
    model = small(dropout=0.5).train()
    scores = model.log_probs(IDS)
    assert model.training and not scores.requires_grad
    assert torch.equal(scores, model.log_probs(IDS))
    monkeypatch.setattr("lmbook.models.two_stream_lm._LARGEST", 1)  # a row at a time
    assert_close(model.log_probs(IDS), scores, atol=1e-5, rtol=1e-5)


def test_empty_texts_have_no_scores():
    model = small()
    assert model.log_probs(torch.zeros(3, 0, dtype=torch.long)).shape == (3, 0)
    assert model.next_log_probs(torch.zeros(0, dtype=torch.long)).shape == (11,)


def test_training_finds_the_token_that_always_follows():
    torch.manual_seed(0)
    config = XLNetConfig(
        vocab_size=8, d_model=16, n_layers=2, n_heads=2, d_ff=32, start_id=0, dropout=0.0
    )
    model = XLNet(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    generator = torch.Generator().manual_seed(0)
    for _ in range(100):
        begin = torch.randint(7, (16, 1), generator=generator)
        ids = F.pad(1 + (begin + torch.arange(6)) % 7, (1, 0))
        batch = permutation_batch(ids, generator, n_predicted=6)
        loss = F.cross_entropy(model(ids, **our_masks(batch)).transpose(1, 2), batch.targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    # 2.08 nats by guessing
    assert model.log_probs(torch.tensor([[3, 4, 5, 6, 7, 1]]))[0, 1:].mean() > -0.6


def test_dropout_acts_in_training_alone():
    model, batch = small(dropout=0.4), drawn()
    assert torch.equal(model(IDS, **our_masks(batch)), model(IDS, **our_masks(batch)))
    model.train()
    assert not torch.equal(model(IDS, **our_masks(batch)), model(IDS, **our_masks(batch)))


def test_the_first_weights_have_the_published_deviation():
    torch.manual_seed(0)
    model = XLNet(XLNetConfig(vocab_size=500, d_model=64, n_layers=2, n_heads=4, d_ff=128))
    for name, parameter in model.named_parameters():
        if "norm" in name or name.endswith(("up.bias", "down.bias")) or name == "bias":
            assert parameter.std() == 0, name
        else:
            assert parameter.std().item() == pytest.approx(0.02, rel=0.35), name


def test_it_comes_back_from_disk(tmp_path):
    model = small(n_memory=3)
    save_model(model, tmp_path)
    back = load_model(tmp_path)
    assert isinstance(back, XLNet) and back.config == model.config
    assert torch.equal(back.log_probs(IDS), model.log_probs(IDS))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"n_heads": 3}, "d_model=8 is not a multiple of n_heads=3"),
        ({"d_model": 7, "n_heads": 1}, "d_model=7 is odd"),
        ({"n_memory": -1}, "n_memory=-1 is below 0"),
        ({"n_layers": 0}, "n_layers=0 is below 1"),
        ({"dropout": 1.0}, "dropout=1.0 is not at least 0 and below 1"),
        ({"activation": "tanh"}, "activation='tanh' is not one of gelu"),
        ({"start_id": 11}, "start_id=11 is not below vocab_size=11"),
    ],
)
def test_sizes_that_do_not_fit_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        small(**fields)


def test_inputs_that_do_not_fit_are_named():
    model, masks = small(), our_masks(drawn())
    memory = [torch.zeros(2, 3, 8)] * 2
    cases = [
        ({"positions": masks["positions"]}, "positions without query_mask: a query must not see"),
        ({"query_mask": masks["query_mask"]}, "query_mask without positions"),
        (masks | {"positions": masks["positions"] + 5}, r"positions holds \d, outside 0 … time=5"),
        (masks | {"positions": -masks["positions"]}, r"positions holds -\d, outside 0 … time=5"),
        (masks | {"memory": memory}, r"content_mask has shape \(2, 5, 5\), not \(2, 5, 8\): batch"),
        (
            {"query_mask": masks["query_mask"][..., :4], "positions": masks["positions"]},
            r"query_mask has shape \(2, 3, 4\), not \(2, 3, 5\)",
        ),
        ({"memory": memory[:1]}, "memory holds 1 tensors, not one for each of 2 layers"),
        (
            {"memory": [memory[0], memory[0][:, :2]]},
            r"memory\[1\] has shape \(2, 2, 8\), not \(2, 3, 8\)",
        ),
    ]
    for arguments, message in cases:
        with pytest.raises(ValueError, match=message):
            model.hidden(IDS, **arguments)
    with pytest.raises(ValueError, match="ids holds 11, outside 0 … vocab_size-1=10"):
        model(IDS + 1)
    with pytest.raises(ValueError, match="ids holds 11, outside"):
        model.log_probs(IDS + 1)
    with pytest.raises(ValueError, match="ids holds -1, outside"):
        model.next_log_probs(IDS[0] - 2)
