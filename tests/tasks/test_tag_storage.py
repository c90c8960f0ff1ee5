"""Taggers on disk: the same scores afterwards, and clear words about foreign folders."""

import json
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file

from lmbook.data.sets.tagging import Tagged
from lmbook.metrics.span_schemes import legal_steps
from lmbook.models.bert import Bert, BertConfig
from lmbook.nn.crf import CRF
from lmbook.tasks.tag import Tagger
from lmbook.tasks.tag_encoder import EncoderScores, PieceReader
from lmbook.tasks.tag_features import (
    FeatureReader,
    LinearScores,
    RecurrentScores,
    plain_features,
    window_features,
    word_features,
)
from lmbook.tasks.tag_storage import load_tagger, save_tagger
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

SENTENCES = [
    Tagged(("Ann", "sees", "New", "York"), ("B-P", "O", "B-L", "I-L")),
    Tagged(("New", "Delhi", "sees", "Änn"), ("B-L", "I-L", "O", "B-P")),
]
WORDS = [s.words for s in SENTENCES]
TAGS = ("B-L", "I-L", "B-P", "I-P", "O")


def feature_tagger(network, features, chain):
    torch.manual_seed(1)
    reader = FeatureReader.train(WORDS, features)
    limits = legal_steps(TAGS, "IOB2") if chain else ()
    tagger = Tagger(reader, network(len(reader), 5), TAGS, CRF(5, *limits) if chain else None)
    tagger.fit(SENTENCES, generator=torch.Generator().manual_seed(0), n_epochs=2, lr=0.05)
    return tagger


def encoder_tagger():
    torch.manual_seed(2)
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    texts = [" ".join(words) for words in WORDS]
    tokenizer = WordPieceTokenizer.train(
        texts, 30, lowercase=False, special_tokens=special, min_count=1
    )
    sizes = {"d_model": 16, "n_layers": 1, "n_heads": 2, "d_ff": 32, "pooler": False}
    encoder = Bert(BertConfig(vocab_size=tokenizer.vocab_size, n_positions=24, **sizes))
    return Tagger(PieceReader(tokenizer, 24), EncoderScores(encoder, 5, 0.3), TAGS, CRF(5))


TAGGERS = {
    "linear with a chain": lambda: feature_tagger(LinearScores, window_features, True),
    "linear": lambda: feature_tagger(LinearScores, plain_features, False),
    "recurrent with a chain": lambda: feature_tagger(RecurrentScores, word_features, True),
    "encoder with a chain": encoder_tagger,
}


@pytest.mark.parametrize("name", TAGGERS)
def test_what_was_saved_scores_and_tags_alike(tmp_path, name):
    tagger = TAGGERS[name]()
    save_tagger(tagger, tmp_path / "new" / "folder")
    again = load_tagger(tmp_path / "new" / "folder")
    assert not again.model.training
    rows = [*WORDS, ("Unknown", "words")]
    assert again.tags == tagger.tags
    assert again.predict(rows) == tagger.predict(rows)
    for words in rows:
        assert torch.equal(again.probabilities(words), tagger.probabilities(words))
    before = {k: v for k, v in vars(tagger.model.network).items() if isinstance(v, float)}
    assert before == {k: v for k, v in vars(again.model.network).items() if isinstance(v, float)}


def test_dropout_and_forbidden_steps_come_back(tmp_path):
    tagger = feature_tagger(RecurrentScores, word_features, True)
    save_tagger(tagger, tmp_path)
    again = load_tagger(tmp_path)
    assert again.model.network.dropout.p == 0.3
    assert torch.equal(again.model.chain.allowed, tagger.model.chain.allowed)
    assert not again.model.chain.allowed.all()


def test_a_loaded_tagger_learns_on(tmp_path):
    save_tagger(feature_tagger(LinearScores, window_features, True), tmp_path)
    again = load_tagger(tmp_path)
    again.fit(SENTENCES, generator=torch.Generator().manual_seed(0), n_epochs=40, lr=0.05)
    assert again.error_rate(SENTENCES) == 0


def test_loading_draws_no_number_of_others(tmp_path):
    save_tagger(feature_tagger(RecurrentScores, word_features, True), tmp_path)
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    load_tagger(tmp_path)
    assert torch.rand(1) == wanted


def own_features(words, i):
    return [words[i]]


def foreign(part):
    reader = FeatureReader.train(WORDS, plain_features)
    if part == "features":
        reader = FeatureReader.train(WORDS, own_features)
    if part == "reader":
        reader = SimpleNamespace(read=reader.read, collate=reader.collate)
    network = torch.nn.Linear(2, 5) if part == "network" else LinearScores(7, 5)
    return Tagger(reader, network, TAGS)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("features", "features='own_features' is not one of window_features"),
        ("reader", "reader=SimpleNamespace is not FeatureReader or PieceReader"),
        ("network", "network=Linear is not LinearScores, RecurrentScores or EncoderScores"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(tmp_path, part, message):
    with pytest.raises(ValueError, match=message):
        save_tagger(foreign(part), tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_an_encoder_with_more_tensors_than_its_configuration_is_refused(tmp_path):
    tagger = encoder_tagger()
    tagger.model.network.encoder.extra = torch.nn.Linear(1, 1)
    with pytest.raises(ValueError, match="tagger holds the tensor 'network.encoder.extra.bias'"):
        save_tagger(tagger, tmp_path)


def test_no_tagger_in_the_folder(tmp_path):
    with pytest.raises(ValueError, match=r"there is no tagger in .*: tagger.json is missing"):
        load_tagger(tmp_path)


def changed(folder, **fields):
    path = folder / "tagger.json"
    description = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(description | fields), encoding="utf-8")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tags": ["B-L", "O"]}, r"the tensor '[\w.]+' has shape \(5"),
        ({"more": 1}, "does not describe a tagger: it needs reader, network, tags, chain"),
        ({"chain": False}, "holds the tensor 'chain.allowed', unlike its description"),
        ({"network": {"kind": "linear"}}, "holds the tensor 'network.backwards.bias_hh_l0'"),
        ({"network": {"kind": "tree"}}, "kind='tree' does not go with reader 'features'"),
        ({"network": {}}, "does not describe a tagger: KeyError"),
        ({"network": {"kind": "recurrent", "x": 1}}, "does not describe a tagger: TypeError"),
        ({"reader": {"kind": "features", "features": "f"}}, "features='f' is not one of window"),
        ({"reader": {"kind": "pieces", "n_positions": 8}}, "readable tagger: .*tokenizer.json"),
        ({"reader": ["features"]}, "does not describe a tagger: AttributeError"),
    ],
)
def test_files_that_do_not_belong_together_are_named(tmp_path, fields, message):
    save_tagger(feature_tagger(RecurrentScores, word_features, True), tmp_path)
    changed(tmp_path, **fields)
    with pytest.raises(ValueError, match=message):
        load_tagger(tmp_path)


def test_damaged_files_are_named(tmp_path):
    save_tagger(feature_tagger(LinearScores, plain_features, False), tmp_path)
    weights = tmp_path / "model.safetensors"
    tensors = load_file(weights)
    save_file({"other": tensors["network.weights.weight"]}, weights)
    with pytest.raises(ValueError, match="lacks the tensor 'network.weights.weight'"):
        load_tagger(tmp_path)
    weights.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="does not hold a readable tagger"):
        load_tagger(tmp_path)
    (tmp_path / "tagger.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold a readable tagger"):
        load_tagger(tmp_path)
