"""The recorded study of question answering, and the reader that it trained."""

import pytest
import torch

from lmbook.data.sets.reading import Question, load_reading
from lmbook.metrics.answers import score_answers
from lmbook.metrics.retrieval import recall_at
from lmbook.metrics.significance import compare_means
from lmbook.tasks.answer import SpanReader
from lmbook.tasks.answer_baselines import QuestionOnly
from lmbook.tasks.retrieve import Bm25Index
from lmbook.zoo import studies
from lmbook.zoo.deltas import load_minilm_reader

PACKAGED = 1  # the seed of the packaged reader
NAMES = ("question only", "retrieval", "reader", "reader, right passage")


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict]:
    return studies.results("question_answering")


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return load_reading().test[::8]


def scores(recorded, asked, name):
    row = (recorded["read, seed 0"] | recorded[f"read, seed {PACKAGED}"])[name]
    given = row["answers"]
    if "scores" in row:
        spans = zip(given, row["scores"], strict=True)
        chosen = [
            max((s - row["handicap"] * n, t) for n, (t, s) in enumerate(zip(*pair, strict=True)))
            for pair in spans
        ]
        given = [text if score > row["threshold"] else None for score, text in chosen]
    return score_answers(given, [[] if q.answer is None else [q.answer] for q in asked])


def test_the_reader_is_ahead_of_retrieval_and_of_the_question_alone(recorded, asked):
    f1 = {name: scores(recorded, asked, name).f1 for name in NAMES}
    for worse in ("retrieval", "question only"):
        gap = compare_means(f1["reader"], f1[worse], torch.Generator().manual_seed(0))
        assert gap.low > 0, (worse, gap)


def test_the_packaged_reader_is_the_best_of_three_on_the_validation_questions(recorded):
    levels = [recorded[f"read, seed {seed}"]["reader"]["validation"] for seed in range(3)]
    assert levels.index(max(levels)) == PACKAGED


def test_rankings_are_those_of_bm25_over_the_test_countries(recorded, asked):
    reading = load_reading()
    countries = {reading.passages[q.passage].country for q in reading.test}
    numbers = [i for i, passage in enumerate(reading.passages) if passage.country in countries]
    row = recorded["retrieve"]["test"]
    assert row["n_passages"] == len(numbers)
    index = Bm25Index([reading.passages[i].text for i in numbers])
    for place in range(0, len(asked), 40):
        hits = index.search(asked[place].text, 10)
        assert [numbers[hit.passage] for hit in hits] == row["BM25"][place]


def test_vectors_find_more_reworded_questions_than_shared_words_do(recorded, asked):
    right, reworded = [q.passage for q in asked], torch.tensor([q.reworded for q in asked])
    row = recorded["retrieve"]["test"]
    recall = {name: recall_at(row[name], right, 3)[reworded].mean() for name in ("BM25", "dense")}
    assert recall["dense"] > recall["BM25"]


def test_answers_from_the_question_alone_are_those_recorded(recorded, asked):
    train = load_reading().train
    alone = QuestionOnly([q.text for q in train], [q.answer for q in train])
    given = recorded["read, seed 0"]["question only"]["answers"]
    assert [alone.answer(q.text) for q in asked[::10]] == given[::10]


def test_the_packaged_reader_gives_the_answers_recorded(recorded, asked):
    reader = SpanReader(*load_minilm_reader(), length=96, overlap=32)
    passages = load_reading().passages
    row = recorded[f"read, seed {PACKAGED}"]["reader, right passage"]
    for place in range(0, len(asked), 40):
        (best,) = reader.read(asked[place].text, [passages[asked[place].passage].text])
        assert [best.text] == row["answers"][place]
        assert best.score == pytest.approx(row["scores"][place][0], abs=0.02)
