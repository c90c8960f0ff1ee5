"""Encoder–decoders between languages: batches, the loss, and translating."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.decoding.beam import beam_search_source
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.tasks.translate import (
    SPECIAL_TOKENS,
    Translator,
    encode_pairs,
    greedy_ids,
    shared_bpe,
    translation_batches,
    translation_logits,
    translation_loss,
)
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training.loop import train

PAIRS = [
    ("one dog", "un perro"),
    ("one cat", "un gato"),
    ("two dogs", "dos perros"),
    ("two cats", "dos gatos"),
    ("three dogs and one cat", "tres perros y un gato"),
]
TOKENIZER = shared_bpe(PAIRS, 280)
ROWS = encode_pairs(PAIRS, TOKENIZER)
FAMILIES = ("transformer", "recurrent")


def make(family):
    torch.manual_seed(0)
    size = TOKENIZER.vocab_size
    if family == "recurrent":
        return Seq2Seq(
            Seq2SeqConfig(
                source_vocab_size=size,
                target_vocab_size=size,
                d_model=24,
                d_hidden=32,
                attention="additive",
            )
        )
    return Transformer(
        TransformerConfig(
            vocab_size=size,
            n_positions=32,
            d_model=32,
            n_layers=1,
            n_heads=2,
            d_ff=64,
            dropout=0.0,
        )
    )


def whole_batch():
    (batch,) = translation_batches(ROWS, 10_000, torch.Generator().manual_seed(0))
    return batch


def test_the_shared_vocabulary_begins_with_the_special_tokens_and_spells_both_languages():
    assert TOKENIZER.special_tokens == SPECIAL_TOKENS == ("<pad>", "<s>", "</s>")
    for pair in PAIRS:
        assert [TOKENIZER.decode(TOKENIZER.encode(text)) for text in pair] == list(pair)
    assert all(a[-1] == b[-1] == TOKENIZER.eos_id for a, b in ROWS)


def test_a_pass_holds_every_pair_once_in_batches_of_the_size_asked_for():
    rows = ROWS * 20
    batches = list(translation_batches(rows, 60, torch.Generator().manual_seed(0)))
    targets = [row[row != -100].tolist() for _, _, target in batches for row in target]
    assert sorted(targets) == sorted(target for _, target in rows)
    assert all((target != -100).sum() <= 60 for _, _, target in batches)
    source, lengths, _ = batches[0]
    assert lengths.max() == source.shape[1] and (source[0, lengths[0] :] == 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_and_company_change_no_logits(family):
    model = make(family).eval()
    source, lengths, targets = whole_batch()
    together = translation_logits(model, (source, lengths, targets))
    for i, length in enumerate(lengths.tolist()):
        n = int((targets[i] != -100).sum())
        alone = (source[i : i + 1, :length], lengths[i : i + 1], targets[i : i + 1, :n])
        assert_close(translation_logits(model, alone)[0], together[i, :n], atol=1e-5, rtol=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_target_token_is_predicted_without_being_seen(family):
    model = make(family).eval()
    source, lengths, targets = whole_batch()
    changed = targets.clone()
    changed[:, 2] = torch.where(targets[:, 2] >= 0, 5, targets[:, 2])
    before, after = (translation_logits(model, (source, lengths, t)) for t in (targets, changed))
    assert_close(before[:, :3], after[:, :3])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_network_learns_five_pairs_by_heart(family):
    model, draw = make(family), torch.Generator().manual_seed(0)
    train(
        model,
        lambda: translation_batches(ROWS, 10_000, draw),
        n_steps=300,
        lr={"transformer": 1e-2, "recurrent": 5e-3}[family],
        loss=translation_loss(),
    )
    translator = Translator(model, TOKENIZER)
    sources, targets = zip(*PAIRS, strict=True)
    assert translator.translate(sources) == list(targets)
    assert translator.translate(sources, n_beams=3) == list(targets)


@pytest.mark.parametrize("family", FAMILIES)
def test_greedy_in_batches_is_beam_search_with_one_beam(family):
    model = make(family).eval()
    sources = [source for source, _ in ROWS]
    together = greedy_ids(model, sources, 12, batch_size=2)
    end = TOKENIZER.eos_id
    for source, ids in zip(sources, together, strict=True):
        alone = beam_search_source(model, source, 1, 12)[0].ids
        assert ids == (alone[:-1] if alone[-1] == end else alone)


def test_the_length_penalty_reaches_the_search():
    lengths = []
    translator = Translator(make("transformer"), TOKENIZER)
    translator.translate(
        ["one dog"],
        n_beams=2,
        max_tokens=4,
        length_penalty=lambda n: lengths.append(n) or float(n),
    )
    assert lengths and set(lengths) <= {1, 2, 3, 4}


def test_label_smoothing_reaches_the_loss():
    model, batch = make("transformer").eval(), whole_batch()
    log_probs = translation_logits(model, batch).log_softmax(-1)
    real = batch[2] != -100
    plain = -log_probs[real].gather(1, batch[2][real][:, None]).mean()
    smooth = 0.9 * plain - 0.1 * log_probs[real].mean()
    assert_close(translation_loss(0.1)(model, batch), smooth)


def test_no_text_gives_no_translation():
    assert Translator(make("transformer"), TOKENIZER).translate([]) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"texts": "one dog"}, "texts='one dog' is one string"),
        ({"texts": ["one dog", " "]}, r"texts\[1\] is empty"),
        ({"texts": ["a"], "n_beams": 0}, "n_beams=0 is below 1"),
        ({"texts": ["a"], "max_tokens": 0}, "max_tokens=0 is below 1"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Translator(make("transformer"), TOKENIZER).translate(**arguments)


def test_a_vocabulary_of_another_size_is_refused():
    other = BPETokenizer.train(["ab ab"], 260, special_tokens=SPECIAL_TOKENS)
    with pytest.raises(ValueError, match="the model has 280 tokens, the tokenizer 260"):
        Translator(make("recurrent"), other)


def test_no_rows_no_pairs_and_no_tokens_are_refused():
    draw = torch.Generator()
    with pytest.raises(ValueError, match="rows is empty"):
        translation_batches([], 10, draw)
    with pytest.raises(ValueError, match="n_tokens=0 is below 1"):
        translation_batches(ROWS, 0, draw)
    with pytest.raises(ValueError, match="pairs is empty"):
        shared_bpe([], 300)
