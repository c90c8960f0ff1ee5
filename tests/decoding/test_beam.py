"""Beam search: transformers' ids and scores, and the truth where it can be enumerated."""

import itertools

import pytest
import torch

from lmbook.decoding.beam import (
    Expansion,
    beam_search,
    beam_search_source,
    power_penalty,
    wu_penalty,
)
from lmbook.decoding.generate import generate
from lmbook.models.hf.weights import to_hf_state_dict
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

START, EOS = 1, 2
BIGRAM = MaximumLikelihoodModel(count_ngrams([[2, 3, 1], [3, 3, 2, 3, 1], [2, 2, 1]], 2, 4))


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("n_beams", [2, 4])
def test_ids_and_scores_are_those_of_transformers(
    trained, twin, encode, n_beams, length_penalty, early_stopping
):
    for text, n_tokens in (("the ", 40), ("a", 30), ("who saw ", 6)):
        prompt = encode(text)
        ours = beam_search(
            trained,
            prompt,
            n_beams,
            n_tokens,
            eos_id=EOS,
            length_penalty=length_penalty,
            early_stopping=early_stopping,
        )
        ids = torch.tensor([[START, *prompt]])
        theirs = twin.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=n_tokens,
            do_sample=False,
            num_beams=n_beams,
            num_return_sequences=n_beams,
            length_penalty=length_penalty,
            early_stopping=early_stopping,
            return_dict_in_generate=True,
            output_scores=True,
        )
        rows = theirs.sequences[:, ids.shape[1] :].tolist()
        rows = [row[: row.index(EOS) + 1] if EOS in row else row for row in rows]
        rows = [[token for token in row if token] for row in rows]  # 0 is padding
        assert [h.ids for h in ours] == rows
        scores = torch.tensor([h.score for h in ours])
        torch.testing.assert_close(scores, theirs.sequences_scores, atol=1e-5, rtol=1e-5)


def test_one_beam_is_greedy_search(trained, encode):
    prompt = encode("the d")
    (only,) = beam_search(trained, prompt, 1, 40, eos_id=EOS, early_stopping=True)
    # a single beam ends with its first EOS among the best one, which is where greedy ends
    assert [only.ids] == generate(trained, [prompt], 40, eos_id=EOS)


def test_a_wide_beam_finds_the_most_probable_texts_of_all():
    n_tokens = 4
    found = beam_search(BIGRAM, [], 64, n_tokens, eos_id=1, length_penalty=0.0)
    texts = {}
    for length in range(1, n_tokens + 1):
        for ids in itertools.product(range(4), repeat=length):
            complete = ids[-1] == 1 or length == n_tokens
            if complete and 1 not in ids[:-1]:
                log_prob = float(BIGRAM.log_probs(torch.tensor([ids])).sum())
                if log_prob > -torch.inf:
                    texts[ids] = log_prob
    best = sorted(texts.values(), reverse=True)
    assert len(found) == len(best)
    torch.testing.assert_close([h.log_prob for h in found], best, atol=1e-6, rtol=1e-6)
    assert all(texts[tuple(h.ids)] == pytest.approx(h.log_prob) for h in found)


def test_length_penalties():
    assert power_penalty(2.0)(3) == 9
    assert wu_penalty(0.5)(1) == 1
    assert wu_penalty(1.0)(7) == 2
    by_sum, by_mean = (
        beam_search(BIGRAM, [], 8, 6, eos_id=1, length_penalty=penalty)[0]
        for penalty in (0.0, lambda length: float(length))
    )
    assert by_sum.score == by_sum.log_prob
    assert by_mean.score == pytest.approx(by_mean.log_prob / len(by_mean.ids))
    assert len(by_mean.ids) >= len(by_sum.ids)


def test_the_recorded_tree_spells_the_answers(trained, encode):
    tree: list[Expansion] = []
    found = beam_search(trained, encode("a "), 3, 12, eos_id=EOS, record=tree.append)
    spelled = {}
    for node in tree:
        ids, total, step = [node.token], node.log_prob, node.step
        above = node
        while above.parent >= 0:
            assert tree[above.parent].kept and not tree[above.parent].finished
            above = tree[above.parent]
            ids, total, step = [above.token, *ids], total + above.log_prob, step - 1
        assert step == 1
        assert total == pytest.approx(node.total, abs=1e-4)
        if node.finished:
            spelled[tuple(ids)] = node.total
    assert all(spelled[tuple(h.ids)] == h.log_prob for h in found)
    running = [node for node in tree if node.step == 5 and node.kept and not node.finished]
    assert len(running) == 3


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("attention", ["none", "additive"])
def test_the_recurrent_encoder_decoder(cell, attention):
    torch.manual_seed(3)
    sizes = {"source_vocab_size": 9, "target_vocab_size": 8, "d_model": 12, "d_hidden": 16}
    model = Seq2Seq(Seq2SeqConfig(**sizes, cell=cell, attention=attention))
    for parameter in model.parameters():
        parameter.data.mul_(3)  # a fresh model is too undecided to be followed
    model.eval()
    source = [3, 5, 4]
    (greedy,), _ = model.greedy(torch.tensor([source]), torch.tensor([3]), 8)
    (one,) = beam_search_source(model, source, 1, 8, early_stopping=True)
    assert [token for token in one.ids if token != 2] == greedy
    best = beam_search_source(model, source, 16, 8, length_penalty=0.0)[0]
    inputs = torch.tensor([[model.config.start_id, *best.ids[:-1]]])
    logits, _ = model(torch.tensor([source]), torch.tensor([3]), inputs)
    picked = logits.log_softmax(-1)[0, torch.arange(len(best.ids)), best.ids]
    assert best.log_prob == pytest.approx(picked.sum().item(), abs=1e-4)
    assert best.log_prob >= one.log_prob - 1e-5


@pytest.fixture(scope="module")
def transformer() -> Transformer:
    """Has learned to write a source backwards, a little; EOS at the end."""
    torch.manual_seed(0)
    sizes = {"d_model": 32, "n_layers": 2, "n_heads": 4, "d_ff": 64, "n_positions": 24}
    model = Transformer(TransformerConfig(vocab_size=12, dropout=0.0, layout="halves", **sizes))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(120):
        source = torch.randint(3, 12, (32, 5))
        end, start = torch.full((32, 1), EOS), torch.full((32, 1), START)
        targets = torch.cat([source.flip(1), end], dim=1)
        logits = model(source, torch.cat([start, source.flip(1)], dim=1))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("length_penalty", [0.6, 1.0])
def test_the_transformer_gives_the_ids_and_scores_of_marian(
    transformer, length_penalty, early_stopping
):
    from transformers import MarianConfig, MarianMTModel

    c = transformer.config
    sizes = {"d_model": c.d_model, "max_position_embeddings": c.n_positions}
    for side in ("encoder", "decoder"):
        sizes |= {f"{side}_layers": c.n_layers, f"{side}_attention_heads": c.n_heads}
        sizes |= {f"{side}_ffn_dim": c.d_ff}
    twin = MarianMTModel(
        MarianConfig(
            vocab_size=c.vocab_size,
            activation_function=c.activation,
            scale_embedding=True,
            pad_token_id=c.pad_id,
            decoder_start_token_id=c.start_id,
            eos_token_id=c.eos_id,
            forced_eos_token_id=None,
            **sizes,
        )
    ).eval()
    twin.load_state_dict(to_hf_state_dict(transformer))
    lengths = set()
    for source in ([3, 4, 5, 6, 7], [9, 9, 3], [4, 11, 8, 5, 10, 3, 7]):
        options = {"length_penalty": length_penalty, "early_stopping": early_stopping}
        ours = beam_search_source(transformer, source, 3, 12, **options)
        theirs = twin.generate(
            torch.tensor([source]),
            max_new_tokens=12,
            do_sample=False,
            num_beams=3,
            num_return_sequences=3,
            return_dict_in_generate=True,
            output_scores=True,
            **options,
        )
        rows = theirs.sequences[:, 1:].tolist()
        rows = [row[: row.index(EOS) + 1] if EOS in row else row for row in rows]
        assert [h.ids for h in ours] == rows
        scores = torch.tensor([h.score for h in ours])
        torch.testing.assert_close(scores, theirs.sequences_scores, atol=1e-5, rtol=1e-5)
        lengths |= {len(h.ids) for h in ours}
    assert len(lengths) > 1


def test_bad_input_is_named(trained):
    with pytest.raises(ValueError, match="n_beams=0 is below 1"):
        beam_search(trained, [5], 0, 3)
    with pytest.raises(ValueError, match="n_tokens=0 is below 1"):
        beam_search(trained, [5], 2, 0)
    with pytest.raises(ValueError, match="exceed n_positions=96"):
        beam_search(trained, [5], 2, 96)
    model = Seq2Seq(Seq2SeqConfig(source_vocab_size=4, target_vocab_size=4))
    with pytest.raises(ValueError, match="source is empty"):
        beam_search_source(model, [], 2, 3)
