"""Taggers: what they count and compute, that they learn, and what they refuse."""

import itertools
import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.data.sets.tagging import Tagged
from lmbook.metrics.span_schemes import legal_steps
from lmbook.models.bert import Bert, BertConfig
from lmbook.nn.crf import CRF
from lmbook.tasks.tag import Tagger, tagging_loss
from lmbook.tasks.tag_counts import HMM, MostFrequentTag, shape_of
from lmbook.tasks.tag_encoder import EncoderScores, PieceReader, owners, span_tags
from lmbook.tasks.tag_features import (
    FeatureReader,
    LinearScores,
    RecurrentScores,
    character_features,
    plain_features,
    reversed_places,
    window_features,
    word_features,
)
from lmbook.tasks.tag_perceptron import StructuredPerceptron
from lmbook.tokenizers.wordpiece import WordPieceTokenizer


def sentence(text):
    """ "the/D dog/N" as words and tags."""
    return Tagged(*zip(*(cell.rsplit("/", 1) for cell in text.split()), strict=True))


SENTENCES = [
    sentence("the/D dog/N can/A run/V"),
    sentence("the/D can/N is/V old/J"),
    sentence("dogs/N can/A see/V the/D can/N"),
    sentence("the/D old/J run/N"),
]
WORDS = [s.words for s in SENTENCES]
TAGS = ("A", "D", "J", "N", "V")


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


# Counts


def test_the_most_frequent_tag_wins_and_a_shape_speaks_for_the_unknown():
    model = MostFrequentTag.train(SENTENCES)
    assert model.predict([["the", "can"], []]) == [["D", "A"], []]  # can: twice A, twice N
    # of the words that stand once, only "dogs" ends in -ogs
    assert model.predict([["hogs", "zzz"]]) == [["N", model.fallback]]


@pytest.mark.parametrize(
    ("word", "shape"), [("1998", "digit"), ("...", "mark"), ("Pelotas", "Aa tas"), ("a", "a a")]
)
def test_shapes_of_words(word, shape):
    assert shape_of(word) == shape


def test_an_hmm_sums_and_maximises_over_all_tag_sequences():
    model = HMM.train(SENTENCES, k=0.5)
    words = ("the", "can", "unseen")
    transitions, start, end = model.chain
    emissions = model.scores(words)
    joint = {}
    for tags in itertools.product(range(len(TAGS)), repeat=3):
        score = start[tags[0]] + end[tags[-1]] + sum(emissions[i, t] for i, t in enumerate(tags))
        joint[tags] = (score + sum(transitions[a, b] for a, b in itertools.pairwise(tags))).item()
    total = math.log(sum(map(math.exp, joint.values())))
    assert model.log_probs([words])[0] == pytest.approx(total, abs=1e-9)
    best = max(joint, key=joint.get)
    assert model.predict([words]) == [[model.tags[i] for i in best]]
    share = sum(math.exp(score - total) for tags, score in joint.items() if tags[1] == 3)
    assert model.posteriors(words)[1, 3].item() == pytest.approx(share, abs=1e-9)


def test_the_probabilities_of_an_hmm_sum_to_one():
    model = HMM.train(SENTENCES)
    transitions, start, end = model.chain
    after = torch.cat([transitions, end[:, None]], 1).exp().sum(1)
    assert_close(after, torch.ones_like(after))
    assert start.exp().sum().item() == pytest.approx(1)
    out = torch.stack([*model.emissions.values(), *model.unknown.values()]).exp().sum(0)
    assert_close(out, torch.ones_like(out))


def test_counts_of_an_hmm_by_hand():
    # D is followed by N, N, J, J … : four D, three of them first; after D: N 3 times, J once
    k = 0.01
    model = HMM.train(SENTENCES, k=k)
    d, n = model.tags.index("D"), model.tags.index("N")
    expected = (3 + k) / (4 + 6 * k)  # five tags and the end
    assert model.chain[0][d, n].exp().item() == pytest.approx(expected)
    assert model.chain[1][d].exp().item() == pytest.approx((3 + k) / (4 + 5 * k))


# Features


def test_windows_look_at_neighbours_and_name_what_lies_outside():
    found = window_features(["The", "Dogs"], 0)
    assert {"0:the", "-1:‖", "+1:dogs", "0,+1:the dogs", "s2:he", "shape:Aa"} <= set(found)
    assert "-1,0,+1:中国人" in character_features(["中", "国", "人"], 1)
    assert word_features(["Dogs"], 0) == ["dogs", "s3:ogs", "s2:gs", "shape:Aa"]


def test_features_that_training_has_not_seen_share_the_id_0_and_weigh_nothing():
    reader = FeatureReader.train(WORDS, plain_features, min_count=2)
    assert set(reader.ids) == {"the", "can", "run", "old"} and len(reader) == 5
    assert reader.read(["the", "cat"])[1].tolist() == [0]
    network = LinearScores(len(reader), 3)
    torch.nn.init.ones_(network.weights.weight)
    assert network(reader.read(["can", "cat"])[None])[0].tolist() == [[1.0] * 3, [0.0] * 3]


def test_rows_are_turned_within_their_lengths():
    assert reversed_places(torch.tensor([3, 1]), 3).tolist() == [[2, 1, 0], [0, 1, 2]]


def test_padding_does_not_change_the_scores_of_a_recurrent_network():
    torch.manual_seed(0)
    reader = FeatureReader.train(WORDS, word_features)
    network = RecurrentScores(len(reader), 5, 8, 8).eval()
    rows = [reader.read(words) for words in WORDS]
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(5) < lengths[:, None]
    together = network(*reader.collate(rows), mask)
    for i, row in enumerate(rows):
        alone = network(row[None], torch.ones(1, len(row)).bool())
        assert_close(together[i, : len(row)], alone[0], atol=1e-6, rtol=0)


# Learning


def feature_tagger(chain=True, network=LinearScores):
    features = window_features if network is LinearScores else word_features
    reader = FeatureReader.train(WORDS, features)
    return Tagger(reader, network(len(reader), 5), TAGS, CRF(5) if chain else None)


@pytest.mark.parametrize("chain", [True, False])
@pytest.mark.parametrize("network", [LinearScores, RecurrentScores])
def test_a_tagger_learns_four_sentences_by_heart(chain, network):
    torch.manual_seed(0)
    tagger = feature_tagger(chain, network)
    history = tagger.fit(
        SENTENCES, generator=drawn(), n_epochs=60, batch_size=2, lr=0.05, validation=SENTENCES
    )
    assert history.evaluations[-1][1] == 0 == tagger.error_rate(SENTENCES)
    assert tagger.predict([*WORDS, ()]) == [*(list(s.tags) for s in SENTENCES), []]
    shares = tagger.probabilities(WORDS[0])
    assert_close(shares.sum(1), torch.ones(4))
    assert shares.argmax(1).tolist() == [TAGS.index(tag) for tag in SENTENCES[0].tags]


def test_the_loss_of_a_chain_is_nats_per_token():
    torch.manual_seed(0)
    tagger = feature_tagger()
    read = [tagger.reader.read(words) for words in WORDS[:2]]
    targets = torch.tensor([[TAGS.index(tag) for tag in s.tags] for s in SENTENCES[:2]])
    mask = torch.ones(2, 4).bool()
    batch = (*tagger.reader.collate(read), mask, targets)
    scores = tagger.model(*batch[:-1])
    expected = -tagger.model.chain.log_likelihood(scores, targets, mask).sum() / 8
    assert_close(tagging_loss(tagger.model, batch), expected)


def test_a_perceptron_learns_four_sentences_by_heart():
    reader = FeatureReader.train(WORDS, window_features)
    model = StructuredPerceptron(reader, TAGS)
    wrong = model.fit(SENTENCES, generator=drawn(), n_epochs=12)
    assert wrong[0] > 0 == wrong[-1]
    assert model.predict([*WORDS, ()]) == [*(list(s.tags) for s in SENTENCES), []]
    assert bool((model.features[0] == 0).all())


def test_one_step_of_the_perceptron_by_hand():
    reader = FeatureReader.train([["x", "y"]], plain_features)
    model = StructuredPerceptron(reader, ("P", "Q"))
    # all scores are 0, so the guess is P P; the right tags are P Q
    model.fit([Tagged(("x", "y"), ("P", "Q"))], generator=drawn(), n_epochs=1)
    assert model.features.tolist() == [[0, 0], [0, 0], [-1, 1]]
    assert model.transitions.tolist() == [[-1, 1], [0, 0]]


# Pieces


@pytest.fixture(scope="module")
def tokenizer():
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    return WordPieceTokenizer.train(
        [" ".join(words) for words in WORDS], 32, special_tokens=special, min_count=1
    )


def encoder_tagger(tokenizer, n_positions=24):
    torch.manual_seed(0)
    sizes = {"d_model": 16, "n_layers": 1, "n_heads": 2, "d_ff": 32, "dropout": 0.0}
    encoder = Bert(BertConfig(vocab_size=tokenizer.vocab_size, n_positions=n_positions, **sizes))
    reader = PieceReader(tokenizer, n_positions)
    return Tagger(reader, EncoderScores(encoder, 5), TAGS)


def test_the_first_piece_of_a_word_speaks_for_it(tokenizer):
    reader = PieceReader(tokenizer, 24)
    ids, firsts = reader.read(("dogs", "\u200b", "can"))
    pieces = [tokenizer.tokens[i] for i in ids.tolist()]
    n = len(tokenizer.encode("dogs"))
    assert n > 1 and firsts.tolist() == [1, 1 + n, 2 + n]
    assert pieces[0] == "[CLS]" and pieces[1 + n] == "[UNK]" and pieces[-1] == "[SEP]"


def test_an_encoder_learns_to_tag(tokenizer):
    tagger = encoder_tagger(tokenizer)
    tagger.fit(SENTENCES, generator=drawn(), n_epochs=60, batch_size=2, lr=3e-3)
    assert tagger.error_rate(SENTENCES) == 0


def test_padding_does_not_change_what_an_encoder_says(tokenizer):
    tagger = encoder_tagger(tokenizer)
    assert tagger.predict(WORDS, batch_size=4) == tagger.predict(WORDS, batch_size=1)


def test_pieces_find_their_words_by_offsets():
    words = [(0, 3), (4, 8)]  # "the dogs"
    assert owners([(0, 3), (4, 7), (7, 8)], words) == [0, 1, 1]
    assert owners([], words) == []


def test_spans_of_characters_become_tags():
    tokens = [(0, 3), (4, 8), (9, 12)]
    assert span_tags([(4, 12, "X"), (0, 3, "Y")], tokens) == ["B-Y", "B-X", "I-X"]


# Errors


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: owners([(3, 4)], [(0, 3)]), r"pieces\[0\]=\(3, 4\) lies in no word"),
        (lambda: owners([(2, 5)], [(0, 3)]), r"pieces\[0\]=\(2, 5\) lies in no word"),
        (lambda: span_tags([(1, 3, "X")], [(0, 3)]), "does not fall on whole tokens"),
        (lambda: span_tags([(0, 3, "X"), (0, 3, "Y")], [(0, 3)]), "overlaps a span before"),
        (lambda: MostFrequentTag.train([]), "sentences hold no word"),
        (lambda: HMM.train(SENTENCES, k=0.0), "k=0.0 is not above 0"),
        (lambda: MostFrequentTag.train(SENTENCES).predict(["the"]), r"rows\[0\]='the' is one"),
        (lambda: FeatureReader(plain_features, ["a", "a"]), "names hold 'a' twice"),
        (lambda: FeatureReader.train([], plain_features), "rows hold no feature 1 times"),
        (lambda: FeatureReader.train(WORDS, plain_features).read([]), "words is empty"),
        (lambda: feature_tagger().fit([], generator=drawn()), "sentences hold no word"),
        (
            lambda: feature_tagger().fit([Tagged(("a",), ("X",))], generator=drawn()),
            r"sentences\[0\]: 'X' is not one of A, D, J, N, V",
        ),
        (
            lambda: feature_tagger().fit([Tagged(("a", "b"), ("N",))], generator=drawn()),
            r"sentences\[0\] has 2 words and 1 tags",
        ),
        (lambda: feature_tagger().predict(["the"]), r"rows\[0\]='the' is one string"),
        (lambda: feature_tagger().error_rate([]), "nothing to measure"),
        (
            lambda: Tagger(FeatureReader(plain_features, "a"), LinearScores(2, 2), ("A", "A")),
            r"tags=\('A', 'A'\) repeat",
        ),
        (
            lambda: Tagger(
                FeatureReader(plain_features, "a"), LinearScores(2, 2), ("A", "B"), CRF(3)
            ),
            "2 tags for a chain with",
        ),
    ],
)
def test_what_a_tagger_cannot_use_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_sentence_beyond_the_encoders_positions_is_refused(tokenizer):
    with pytest.raises(ValueError, match=r"above n_positions=5: cut the sentence"):
        PieceReader(tokenizer, 5).read(["the"] * 4)
    with pytest.raises(ValueError, match="n_positions=2 is below 3"):
        PieceReader(tokenizer, 2)


def test_tags_that_break_their_scheme_are_refused_by_a_constrained_chain():
    tags = ["O", "B-X", "I-X"]
    reader = FeatureReader.train([["a", "b"]], plain_features)
    chain = CRF(3, *legal_steps(tags))
    tagger = Tagger(reader, LinearScores(len(reader), 3), tags, chain)
    with pytest.raises(ValueError, match=r"tags\[0, 1\]=2 may not follow 0"):
        tagger.fit([Tagged(("a", "b"), ("O", "I-X"))], generator=drawn(), n_epochs=1)
