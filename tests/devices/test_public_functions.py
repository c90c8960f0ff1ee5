"""What the package computes with tensors on a GPU stays there, whoever holds the generator."""

import copy

import pytest
import torch

from lmbook.adapt.freeze import layer_rates
from lmbook.adapt.regularizers import L2SP, AuxiliaryLM, OutputKL, TokenAnswers, regularized
from lmbook.compression.gptq import gptq, linear_layers, output_error, record_inputs
from lmbook.compression.int8 import to_int8
from lmbook.compression.smooth import awq, smooth
from lmbook.decoding.beam import beam_search, beam_search_source
from lmbook.decoding.filters import min_p, repetition_penalty, top_k, top_p
from lmbook.decoding.generate import generate
from lmbook.decoding.sampling import sample
from lmbook.decoding.speculative import speculative_sample
from lmbook.interpret import attribution, capture, induction, lens, patching, sparse_autoencoder
from lmbook.interpret.probes import fit_probe, mean_vectors, probe_hits, shuffled_weights
from lmbook.metrics.language_model import evaluate
from lmbook.metrics.pseudo_likelihood import pseudo_log_probs
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import MaskedLM, SequenceClassifier
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.models.xlnet import XLNet, XLNetConfig
from lmbook.nn.attention import explicit_attention, fused_attention, record_attention
from lmbook.nn.masks import causal_mask, padding_mask
from lmbook.nn.positions import RelativeBias, Rotary, alibi_bias, relative_buckets
from lmbook.objectives.causal import causal_loss, shift
from lmbook.objectives.masked import choose_positions, mask_tokens, masked_loss
from lmbook.objectives.permutation import permutation_batch
from lmbook.tasks.classify import classification_loss
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.loop import train
from lmbook.training.settings import FollowUp, OptimizerConfig, Store
from tests.devices.pretend import pretended

V = 12
SMALL = {"d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16, "dropout": 0.1}
IDS = torch.tensor([[3, 4, 5, 6], [5, 3, 4, 7]])
MASK = torch.tensor([[True] * 4, [True] * 3 + [False]])
FAMILIES = {
    "gpt": lambda: GPT(GPTConfig(vocab_size=V, n_positions=16, start_id=1, **SMALL)),
    "llama": lambda: Llama(
        LlamaConfig(vocab_size=V, n_positions=16, n_kv_heads=1, start_id=1, **SMALL)
    ),
    "recurrent": lambda: RecurrentLM(RecurrentConfig(vocab_size=V, d_model=8, d_hidden=8)),
    "feedforward": lambda: FeedforwardLM(FeedforwardConfig(vocab_size=V, d_model=8, d_hidden=8)),
    "xlnet": lambda: XLNet(XLNetConfig(vocab_size=V, start_id=1, **SMALL)),
}
TWO_SIDED = {
    "bert": lambda: Bert(BertConfig(vocab_size=V, n_positions=16, **SMALL)),
    "roberta": lambda: Roberta(RobertaConfig(vocab_size=V, n_positions=18, pooler=True, **SMALL)),
}
SOURCES = {
    "transformer": lambda: Transformer(TransformerConfig(vocab_size=V, n_positions=16, **SMALL)),
    "seq2seq": lambda: Seq2Seq(
        Seq2SeqConfig(source_vocab_size=V, target_vocab_size=V, d_model=8, d_hidden=8)
    ),
}


@pytest.fixture(params=["cuda", "mps"])
def gpu(request):
    torch.manual_seed(0)
    with pretended(request.param) as device:
        yield device


def drawn(device="cpu"):
    return torch.Generator(device=device).manual_seed(1)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_language_model_scores_writes_and_learns(gpu, family, tmp_path):
    model = FAMILIES[family]().to(gpu)
    assert model.log_probs(IDS.to(gpu)).device == gpu
    assert model.log_probs(IDS).device.type == "cpu"  # the scores are where the ids are
    assert model.next_log_probs(IDS[0]).device.type == "cpu"
    assert evaluate(model, IDS.tolist(), 8).perplexity > 1
    for generator in (None, drawn(), drawn(gpu)):
        rows = generate(
            model, [[3, 4], [5]], 3, generator=generator, filters=[lambda s: top_k(s, 4)]
        )
        assert [len(row) for row in rows] == [3, 3]
        assert len(speculative_sample(model, model, [3], 4, 2, generator).ids) == 4
    for generator in (drawn(), drawn(gpu)):
        assert len(sample(model, 3, generator, prefix_ids=IDS[0])) == 7
        assert sample(model, 3, generator, prefix_ids=IDS[0].to(gpu)).device == gpu
    assert beam_search(model, [3, 4], 2, 3)[0].ids
    if family == "xlnet":
        return
    history = train(
        model,
        [(shift(IDS, 1), IDS)],
        n_steps=3,
        lr=0.01,
        optimizer=OptimizerConfig(weight_decay=0.1),
        follow_up=FollowUp(evaluate=lambda m: -m.log_probs(IDS).mean().item(), every=1, patience=9),
        store=Store(folder=tmp_path, every=1),
    )
    assert len(history.losses) == 3 and load_checkpoint(tmp_path).step == 3
    again = train(
        model, [(shift(IDS, 1), IDS)], n_steps=4, lr=0.01, store=Store(folder=tmp_path, resume=True)
    )
    assert len(again.losses) == 4


@pytest.mark.parametrize("family", ["gpt", "llama"])
def test_padding_packing_and_attention_weights(gpu, family):
    model, ids = FAMILIES[family]().to(gpu), IDS.to(gpu)
    for mask in (MASK.to(gpu), MASK.long().to(gpu)):
        assert model(ids, mask=mask)[0].device == gpu
    assert model(ids, documents=torch.tensor([[0, 0, 1, 1]] * 2, device=gpu))[0].device == gpu
    with record_attention(model) as weights:
        model(ids)
    assert {part.device for part in weights} == {gpu}


@pytest.mark.parametrize("family", TWO_SIDED)
def test_an_encoder_is_read_probed_and_tuned(gpu, family):
    masked = MaskedLM(TWO_SIDED[family]()).to(gpu)
    ids, mask = IDS.to(gpu), MASK.to(gpu)
    inputs, targets = mask_tokens(ids, drawn(), mask_id=2, vocab_size=V, special_ids=[0, 1])
    assert masked_loss(masked(inputs, mask.long()), targets).device == gpu
    for there in (IDS[0], ids[0]):
        scores = pseudo_log_probs(lambda rows: masked(rows.to(gpu)), there, 2, [0, 2])
        assert scores.device == there.device
    vectors = mean_vectors(masked, [[3, 4], [5], [6, 7, 8]] * 4, start_id=1)
    assert vectors.device == gpu
    labels = torch.tensor([0, 1, 0] * 4)
    assert fit_probe(vectors[0], labels, 2).hits(vectors[0], labels).device == gpu
    assert len(probe_hits(vectors, labels, (6, 9))) == 3
    shuffled_weights(masked, drawn())
    classifier = SequenceClassifier(copy.deepcopy(masked.encoder), 2)
    classifier = classifier.to(gpu)
    settings = {"mask_id": 2, "special_ids": (0, 1)}
    kinds = [L2SP(masked.encoder), OutputKL(TokenAnswers(masked))]
    kinds += [AuxiliaryLM(masked, drawn(), **settings)]
    batch = (IDS, MASK, torch.tensor([0, 1]))
    for regularizer in kinds:
        loss = regularized(classification_loss, regularizer, 0.1)
        optimizer = OptimizerConfig(rates=layer_rates(classifier, unfreeze_every=1))
        train(classifier, [batch], n_steps=2, lr=0.01, loss=loss, optimizer=optimizer)


@pytest.mark.parametrize("family", SOURCES)
def test_one_sequence_becomes_another(gpu, family):
    model, source = SOURCES[family]().to(gpu).eval(), IDS.to(gpu)
    if family == "transformer":
        assert model(source, source, MASK.to(gpu), MASK.long().to(gpu)).device == gpu
    else:
        lengths = torch.tensor([4, 3], device=gpu)
        assert model(source, lengths, source)[0].device == gpu
        model.greedy(source, lengths, 3)
    assert len(beam_search_source(model, [3, 4, 5], 2, 3)) >= 1


@pytest.mark.parametrize("whose", ["cpu", "gpu"])
def test_objectives_draw_where_the_generator_is(gpu, whose):
    generator, ids = drawn(gpu if whose == "gpu" else "cpu"), IDS.to(gpu)
    words = torch.tensor([[0, 0, 1, 2]] * 2, device=gpu)
    for numbers in (None, words):
        chosen = choose_positions(ids, generator, special_ids=[0], rate=0.5, words=numbers)
        assert chosen.device == gpu and chosen.any()
    arguments = {"mask_id": 2, "vocab_size": V, "special_ids": [0]}
    inputs, targets = mask_tokens(ids, generator, **arguments)
    assert inputs.device == targets.device == gpu
    if whose == "cpu":  # the same draws as on the CPU
        on_cpu = mask_tokens(IDS, drawn(), **arguments)
        there = mask_tokens(ids, drawn(), **arguments)
        assert all(torch.equal(a, b.cpu()) for a, b in zip(on_cpu, there, strict=True))
    assert causal_loss(torch.zeros(2, 4, V, device=gpu), ids).device == gpu
    assert permutation_batch(ids, generator, n_predicted=2).positions.device == gpu


def test_parts_follow_their_input(gpu):
    x = torch.randn(2, 2, 4, 4).to(gpu)
    mask = causal_mask(4, device=gpu)
    for attend in (explicit_attention, fused_attention):
        for bias in (None, alibi_bias(2, 4, device=gpu)):
            assert attend(x, x, x, mask=mask, causal=True, bias=bias).device == gpu
    assert RelativeBias(2).to(gpu)(4).device == gpu
    assert relative_buckets(4, device=gpu).device == gpu
    assert Rotary(4).at(torch.arange(4, device=gpu))(x).device == gpu
    assert padding_mask(torch.tensor([1, 2], device=gpu)).device == gpu


def test_filters_keep_scores_where_they_are(gpu):
    scores = torch.randn(2, V).to(gpu)
    ids = torch.tensor([[1, -1], [2, 3]], device=gpu)
    for found in (
        top_k(scores, 3),
        top_p(scores, 0.7),
        min_p(scores, 0.1),
        repetition_penalty(scores, ids, 1.5),
    ):
        assert found.device == gpu


def test_a_model_on_a_gpu_is_rounded_and_answers_there(gpu):
    model, ids = FAMILIES["llama"]().to(gpu), IDS.to(gpu)
    layers = linear_layers(model)
    with record_inputs(layers, MASK.to(gpu)) as found:
        model(ids)
    name, layer = next(iter(layers.items()))
    hessian = found[name].hessian
    for rounded in (gptq(layer.weight, hessian, 4, 4), awq(layer.weight, hessian, 4, 4)):
        assert rounded.dequantize().device.type == "cpu"
        assert output_error(layer.weight, rounded.dequantize(), hessian) >= 0
    block = model.blocks[0]
    assert smooth(block.norm_2, [block.feedforward.up], torch.ones(8, device=gpu)).device == gpu
    assert to_int8(copy.deepcopy(model))(ids)[0].device == gpu


@pytest.mark.parametrize("family", ["gpt", "llama"])
def test_what_looks_into_a_model_works_where_the_model_is(gpu, family):
    model, ids = FAMILIES[family]().to(gpu).eval(), IDS.to(gpu)
    stream = capture.residual_stream(model, ids)
    assert lens.logit_lens(model, stream).device == gpu
    assert lens.fit_tuned_lens(stream).log_probs(model, stream).device == gpu
    assert attribution.logit_parts(model, ids[0], 3, 4).total.device == gpu
    score = attribution.score_of_vectors(model, ids[0], 3, 4)
    x = stream[0, 0]
    found = attribution.integrated_gradients(score, x, torch.zeros_like(x), 4)
    assert isinstance(attribution.completeness_error(score, x, torch.zeros_like(x), found), float)
    measure = patching.logit_difference(ids[:, 0], ids[:, 1])
    patching.patch_stream(model, ids, ids.flip(0), measure)
    patching.patch_heads(model, ids, ids.flip(0), measure)
    patching.patch_paths(model, ids, ids.flip(0), measure, [(1, 0)], "key")
    for generator in (drawn(), drawn(gpu)):
        rows = induction.repeating_rows(2, 8, (2, 4), torch.arange(3, 8, device=gpu), generator)
        assert rows.device == gpu
        induction.induction_scores(model, rows[:, :4])
        autoencoder = sparse_autoencoder.SparseAutoencoder(8, 16, 2).to(gpu)
        vectors = stream.flatten(0, 2)
        sparse_autoencoder.train_autoencoder(autoencoder, vectors, 3, generator, patience=1)
        assert sparse_autoencoder.feature_frequencies(autoencoder, vectors).device == gpu
    change = sparse_autoencoder.steering(autoencoder, 1, 0.5)
    assert sparse_autoencoder.loss_with(model, [ids], "blocks.0", change) > 0
