"""A classifier made of one language model a class."""

import math
from collections import Counter

import nltk.lm
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.data.sets.tasks import Example
from lmbook.ngram.classifier import ClassConditionalClassifier
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel
from lmbook.ngram.smoothing import add_k, witten_bell
from lmbook.tokenizers.character import CharacterTokenizer
from lmbook.tokenizers.word import WordTokenizer

EXAMPLES = [
    Example("who is she", "person"),
    Example("who was he", "person"),
    Example("where is it", "place"),
]
TOKENIZER = WordTokenizer.train(example.text for example in EXAMPLES)
texts = st.lists(st.sampled_from(["who", "where", "is", "was", "it", "moon"]), max_size=5)


def classifier(**changes) -> ClassConditionalClassifier:
    fields = {"smoothing": add_k, **changes}
    return ClassConditionalClassifier.train(EXAMPLES, TOKENIZER, **fields)


def test_naive_bayes_by_hand():
    # vocabulary: who is she was he where it, <unk> and </s>: 9
    # "who is": person (2/3) (2+1)/(6+9) (1+1)/(6+9); place (1/3) (0+1)/(3+9) (1+1)/(3+9)
    person = 2 / 3 * 3 / 15 * 2 / 15
    place = 1 / 3 * 1 / 12 * 2 / 12
    posterior = classifier().log_posteriors(["who is"])[0].exp()
    assert math.isclose(posterior[0], person / (person + place))
    assert math.isclose(posterior[1], place / (person + place))


def test_a_text_without_tokens_gets_the_prior():
    assert torch.allclose(
        classifier().log_posteriors([""]).exp(), torch.tensor([[2 / 3, 1 / 3]]).double()
    )


def test_the_end_of_the_text_is_scored_where_asked():
    # person: 2 ends among 8 tokens, 9 in the vocabulary: (2+1)/(8+9); place (1+1)/(4+9)
    scores = classifier(with_eos=True).log_likelihoods([""])[0].exp()
    assert torch.allclose(scores, torch.tensor([3 / 17, 2 / 13]).double())


def test_at_order_two_the_order_of_words_decides():
    model = classifier(order=2)
    at_order_one = classifier().log_likelihoods(["is who", "who is"])
    assert torch.allclose(at_order_one[0], at_order_one[1])
    assert model.log_likelihoods(["who is"])[0, 0] > model.log_likelihoods(["is who"])[0, 0]


@settings(max_examples=20)
@given(rows=st.lists(texts, min_size=1, max_size=4))
def test_posteriors_sum_to_one_and_a_batch_changes_nothing(rows):
    model = classifier(order=2, smoothing=witten_bell)
    batch = [" ".join(row) for row in rows]
    together = model.log_posteriors(batch)
    assert torch.allclose(together.exp().sum(dim=1), torch.ones(len(rows)).double())
    alone = torch.cat([model.log_posteriors([text]) for text in batch])
    assert torch.allclose(together, alone)


@settings(max_examples=20)
@given(row=texts)
def test_likelihoods_are_those_of_nltks_lidstone_models(row):
    known = [TOKENIZER.vocabulary.token(i) for i in TOKENIZER.encode(" ".join(row))]
    for label, column in (("person", 0), ("place", 1)):
        sentences = [e.text.split() for e in EXAMPLES if e.label == label]
        theirs = nltk.lm.Lidstone(0.5, 1)
        # NLTK adds its own mark for the unknown: the vocabulary without ours
        vocabulary = nltk.lm.Vocabulary(TOKENIZER.vocabulary.tokens[1:], unk_cutoff=1)
        theirs.vocab = vocabulary
        theirs.fit([[(word,) for word in sentence] for sentence in sentences])
        expected = sum(
            math.log(theirs.score("<UNK>" if word == "<unk>" else word)) for word in known
        )
        ours = classifier(smoothing=lambda counts: add_k(counts, 0.5))
        assert math.isclose(
            ours.log_likelihoods([" ".join(row)])[0, column], expected, abs_tol=1e-9
        )


def test_a_text_that_every_class_calls_impossible_gets_the_prior():
    model = classifier(smoothing=MaximumLikelihoodModel)
    assert torch.isneginf(model.log_likelihoods(["moon"])).all()
    assert torch.allclose(model.log_posteriors(["moon"])[0].exp(), model.log_priors.exp())
    # and one that a single class calls possible is certain
    assert model.log_posteriors(["where"])[0].exp().tolist() == [0.0, 1.0]


def test_letters_tell_two_languages_apart():
    english = ["the house is old", "this is the street", "there is the water"]
    german = ["das haus ist alt", "dies ist die straße", "dort ist das wasser"]
    examples = [Example(t, "en") for t in english] + [Example(t, "de") for t in german]
    tokenizer = CharacterTokenizer.train(e.text for e in examples)
    model = ClassConditionalClassifier.train(examples, tokenizer, witten_bell, order=3)
    assert model.labels == ("de", "en")
    assert model.predict(["the star", "das meer"]) == ["en", "de"]


def test_a_tie_goes_to_the_first_class():
    examples = [Example("a", "z"), Example("a", "b")]
    tokenizer = CharacterTokenizer.train(["a"])
    model = ClassConditionalClassifier.train(examples, tokenizer, add_k)
    assert model.predict(["a", ""]) == ["b", "b"]


def test_priors_are_the_shares_of_the_examples():
    shares = Counter(example.label for example in EXAMPLES)
    priors = dict(zip(classifier().labels, classifier().log_priors.exp().tolist(), strict=True))
    assert priors == pytest.approx({label: n / 3 for label, n in shares.items()})


def test_no_texts_give_no_predictions():
    assert classifier().predict([]) == []


def test_one_class_or_unlike_classes_are_refused():
    with pytest.raises(ValueError, match=r"classes \['place'\].*both need the same two or more"):
        ClassConditionalClassifier.train(EXAMPLES[2:], TOKENIZER, add_k)
    model = classifier()
    with pytest.raises(ValueError, match=r"log_priors \['person'\]"):
        ClassConditionalClassifier(model.models, {"person": 0.0}, TOKENIZER)


def test_models_with_vocabularies_of_their_own_are_refused():
    model = classifier()
    small = add_k(count_ngrams([[0]], 1, 3))
    with pytest.raises(ValueError, match="vocab_size=9 is not that of the models.*'place': 3"):
        ClassConditionalClassifier(
            {**model.models, "place": small}, {"person": -1.0, "place": -1.0}, TOKENIZER
        )
