"""From texts and labels to a classifier: what it computes, that it learns, what it refuses."""

import json
import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.adapt.freeze import freeze_encoder, layer_rates
from lmbook.adapt.lora import LoRAConfig, add_lora, merge_lora, remove_lora
from lmbook.adapt.regularizers import L2SP
from lmbook.data.sets.tasks import load_task
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import SequenceClassifier
from lmbook.tasks.classify import Classifier, MeanClassifier, classification_loss, mean_pool
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.zoo import checkpoints, pretrained

TEXTS = [
    "who wrote hamlet ?",
    "where is rome ?",
    "who is he ?",
    "where is the king of france ?",
    "who killed the king ?",
    "where ?",
]
LABELS = ["person", "place"] * 3
LABELS[4], LABELS[5] = "person", "place"
NAMES = ("person", "place")


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def tokenizer():
    return WordPieceTokenizer.train(TEXTS, vocab_size=80, min_count=1)


@pytest.fixture
def make(tokenizer):
    def build(head=MeanClassifier, n_positions=16, seed=0):
        torch.manual_seed(seed)
        sizes = {"d_model": 16, "n_layers": 2, "n_heads": 2, "d_ff": 32, "pad_id": 3}
        config = BertConfig(vocab_size=tokenizer.vocab_size, n_positions=n_positions, **sizes)
        return Classifier(head(Bert(config), len(NAMES)), tokenizer, NAMES)

    return build


# By hand


def test_the_mean_leaves_padding_out():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [100.0, 100.0]]])
    mask = torch.tensor([[True, True, False]])
    assert mean_pool(hidden, mask).tolist() == [[2.0, 4.0]]


def test_a_row_begins_and_ends_with_special_tokens(make, tokenizer):
    (row,) = make().encode_texts(["who ?"])
    tokens = [tokenizer.token(i) for i in row]
    assert tokens[0] == "[CLS]" and tokens[-1] == "[SEP]"
    assert row[1:-1] == tokenizer.encode("who ?")


def test_a_long_text_is_cut_and_still_ends_as_any_other(make, tokenizer):
    text = "who is the king ? " * 20
    (row,) = make(n_positions=7).encode_texts([text])
    assert len(row) == 7 and row[-1] == tokenizer.eos_id
    assert row[1:-1] == tokenizer.encode(text)[:5]
    assert make(n_positions=7).predict([text])[0] in NAMES


def test_labels_become_their_numbers(make):
    rows, targets = make().encode_examples(TEXTS[:3], LABELS[:3])
    assert len(rows) == 3 and targets.tolist() == [0, 1, 0]


def test_the_loss_is_the_mean_over_texts(make):
    classifier = make()
    ids = torch.tensor([[1, 7, 8, 2]])
    mask, targets = torch.ones_like(ids, dtype=torch.bool), torch.tensor([1])
    wanted = -classifier.model(ids, mask).log_softmax(1)[0, 1]
    assert_close(classification_loss(classifier.model, (ids, mask, targets)), wanted)
    assert_close(classifier.model(ids), classifier.model(ids, mask))


# Properties


@pytest.mark.parametrize("head", [MeanClassifier, SequenceClassifier])
def test_padding_changes_no_probability(make, head):
    classifier = make(head)
    together = classifier.predict_proba(TEXTS, batch_size=len(TEXTS))
    alone = classifier.predict_proba(TEXTS, batch_size=1)
    assert_close(together, alone, atol=1e-5, rtol=0)
    assert_close(together.sum(1), torch.ones(len(TEXTS)))


def test_the_order_of_texts_changes_no_prediction(make):
    classifier = make()
    forwards = classifier.predict_proba(TEXTS, batch_size=4)
    backwards = classifier.predict_proba(TEXTS[::-1], batch_size=4)
    assert_close(forwards, backwards.flip(0), atol=1e-5, rtol=0)
    assert classifier.predict(TEXTS) == classifier.predict(TEXTS[::-1])[::-1]


def test_features_are_the_encoders_mean_vectors(make):
    classifier = make()
    features = classifier.features(TEXTS)
    for text, vector in zip(TEXTS, features, strict=True):
        ids = torch.tensor(classifier.encode_texts([text]))
        with torch.no_grad():
            assert_close(vector, classifier.model.encoder(ids)[0].mean(0), atol=1e-5, rtol=0)
    assert not features.requires_grad
    probabilities = F.softmax(classifier.model.output(features), dim=1)
    assert_close(probabilities, classifier.predict_proba(TEXTS), atol=1e-5, rtol=0)


def test_the_error_rate_counts_wrong_labels(make):
    classifier = make()
    right = classifier.predict(TEXTS)
    swapped = [NAMES[1 - NAMES.index(label)] for label in right[:2]] + right[2:]
    assert classifier.error_rate(TEXTS, right) == 0.0
    assert classifier.error_rate(TEXTS, swapped) == pytest.approx(2 / 6)


def test_what_is_saved_comes_back(make, tmp_path):
    for head in (MeanClassifier, SequenceClassifier):
        classifier = make(head)
        classifier.save(tmp_path / head.__name__)
        again = Classifier.load(tmp_path / head.__name__)
        assert type(again.model) is head and again.labels == NAMES
        assert torch.equal(again.predict_proba(TEXTS), classifier.predict_proba(TEXTS))


def test_an_encoder_with_adapters_is_not_saved(make, tmp_path):
    classifier = make()
    encoder = classifier.model.encoder
    add_lora(encoder, LoRAConfig(rank=2))
    for layer in encoder.blocks:
        torch.nn.init.normal_(layer.attention.query.adapters["default"].b)
    expected = classifier.predict_proba(TEXTS)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"has the tensor 'blocks\.0.*: take adapters off"):
            classifier.save(tmp_path / "new")
        assert not (tmp_path / "new").exists()
        if encoder.blocks[0].attention.query.original is None:
            merge_lora(encoder)
    remove_lora(encoder)
    classifier.save(tmp_path / "new")
    found = Classifier.load(tmp_path / "new").predict_proba(TEXTS)
    assert_close(found, expected, atol=1e-6, rtol=1e-5)


# Learning


@pytest.mark.parametrize("head", [MeanClassifier, SequenceClassifier])
def test_a_few_texts_are_learned_by_heart(make, head):
    classifier = make(head)
    history = classifier.fit(
        TEXTS, LABELS, generator=drawn(), n_epochs=80, lr=0.01, validation=(TEXTS, LABELS)
    )
    assert history.losses[0] == pytest.approx(math.log(2), abs=0.2)
    assert history.losses[-1] < 0.05
    assert classifier.predict(TEXTS) == LABELS
    assert len(history.evaluations) == 80 and history.evaluations[-1] == (80, 0.0)
    assert not classifier.model.training


def test_the_same_seeds_give_the_same_classifier(make):
    def fitted():
        classifier = make()
        classifier.fit(TEXTS, LABELS, generator=drawn(), n_epochs=3, batch_size=2, lr=0.01)
        return classifier.predict_proba(TEXTS)

    assert torch.equal(fitted(), fitted())


def test_fit_takes_regularisers_and_rates(make):
    classifier, free = make(), make()
    start = classifier.features(TEXTS)
    pull = L2SP(classifier.model.encoder)
    rates = layer_rates(classifier.model, decay=2.0)
    settings = {"n_epochs": 20, "lr": 0.01}
    classifier.fit(
        TEXTS, LABELS, generator=drawn(), regularizer=pull, strength=10.0, rates=rates, **settings
    )
    free.fit(TEXTS, LABELS, generator=drawn(), **settings)
    kept, lost = ((c.features(TEXTS) - start).norm() for c in (classifier, free))
    assert kept < 0.5 * lost


def test_a_frozen_encoder_keeps_its_features(make):
    classifier = make()
    start = classifier.features(TEXTS)
    freeze_encoder(classifier.model)
    classifier.fit(TEXTS, LABELS, generator=drawn(), n_epochs=5, lr=0.01)
    assert torch.equal(classifier.features(TEXTS), start)


def test_one_epoch_of_one_batch_learns_something(make):
    classifier = make()
    history = classifier.fit(TEXTS, LABELS, generator=drawn(), n_epochs=1)
    assert len(history.lrs) == 1 and history.lrs[0] > 0


@pytest.mark.parametrize("name", ["bert-tiny", "roberta-tiny"])
def test_sixty_four_real_questions_teach_more_than_the_commonest_class(name):
    task = load_task("questions")
    model, tokenizer = checkpoints.load(name)
    torch.manual_seed(0)
    classifier = Classifier(MeanClassifier(model.encoder, 6), tokenizer, task.labels)
    learned, test = task.train[:: len(task.train) // 64][:64], task.test[::5]
    texts, labels = [example.text for example in test], [example.label for example in test]
    classifier.fit(
        [example.text for example in learned],
        [example.label for example in learned],
        generator=drawn(),
        n_epochs=6,
        lr=1e-3,
    )
    commonest = max(map(labels.count, task.labels)) / len(labels)
    assert 0.2 < commonest < 0.26
    # three seeds gave 0.36 to 0.46 with bert-tiny, 0.34 to 0.36 with roberta-tiny
    assert commonest + 0.04 < 1 - classifier.error_rate(texts, labels) < 0.6


def test_features_of_a_real_encoder_tell_what_a_question_asks_for():
    model, tokenizer = pretrained.load_minilm()
    classifier = Classifier(MeanClassifier(model, 2), tokenizer, NAMES)
    texts = ["Who wrote Hamlet?", "Who is the author of Hamlet?", "Where is the river Nile?"]
    similarity = F.cosine_similarity(*classifier.features(texts)[:2], dim=0)
    far = F.cosine_similarity(*classifier.features(texts)[1:], dim=0)
    assert similarity > 0.7 > 0.3 > far
    assert classifier.predict_proba(texts).shape == (3, 2)


# Errors


def test_texts_that_are_none(make):
    with pytest.raises(ValueError, match="texts is empty: give at least one text"):
        make().predict([])
    with pytest.raises(ValueError, match=r"texts='who \?' is one string: put it in a list"):
        make().predict("who ?")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": LABELS[:4]}, "4 labels for 6 texts: each text needs one"),
        ({"labels": ["person"] * 5 + ["animal"]}, "'animal' is not one of person, place"),
        ({"texts": [], "labels": []}, "texts is empty"),
        ({"n_epochs": 0}, "n_epochs=0 is below 1"),
        ({"batch_size": 0}, "batch_size=0 is below 1"),
        ({"strength": 0.1}, "strength=0.1 needs a regularizer; it is None"),
        ({"lr": 0.0}, "lr=0.0 is not a finite number above 0"),
        ({"validation": (TEXTS, ["person"])}, "1 labels for 6 texts"),
    ],
)
def test_what_cannot_be_fitted_is_named(make, change, message):
    arguments = {"texts": TEXTS, "labels": LABELS, "generator": drawn(), **change}
    with pytest.raises(ValueError, match=message):
        make().fit(**arguments)


def test_a_batch_size_of_zero_predicts_nothing(make):
    with pytest.raises(ValueError, match="batch_size=0 is below 1"):
        make().predict(TEXTS, batch_size=0)


def test_parts_that_do_not_belong_together_are_refused(make, tokenizer):
    model = make().model
    for names in (("person",), ("person", "person")):
        with pytest.raises(ValueError, match="are not 2 different names"):
            Classifier(model, tokenizer, names)
    other = WordPieceTokenizer.train(["a b c"], vocab_size=12)
    with pytest.raises(ValueError, match=f"vocab_size=.*encoder's {tokenizer.vocab_size}"):
        Classifier(model, other, NAMES)
    with pytest.raises(ValueError, match="n_labels=0 is below 1"):
        MeanClassifier(model.encoder, 0)


@pytest.mark.parametrize("file", ["labels.json", "tokenizer.json", "head.safetensors"])
def test_a_damaged_folder_is_named(make, tmp_path, file):
    make().save(tmp_path)
    (tmp_path / file).write_text(json.dumps({"kind": "none"}), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{tmp_path.name} does not hold a classifier"):
        Classifier.load(tmp_path)
