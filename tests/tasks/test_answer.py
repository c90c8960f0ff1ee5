"""The span reader."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import SpanExtractor
from lmbook.tasks.answer import (
    Answer,
    SpanReader,
    accepted,
    best_spans,
    choose,
    span_batches,
    span_logits,
    span_loss,
)
from lmbook.tasks.windows import stack_windows
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.loop import train

LETTERS = "abcdefghijklmnop"
TOKENIZER = WordPieceTokenizer([*LETTERS, "?"])
SIZES = {"d_model": 32, "n_layers": 2, "n_heads": 4, "d_ff": 64, "n_positions": 32, "dropout": 0.0}


def reader(seed: int = 0, **settings) -> SpanReader:
    torch.manual_seed(seed)
    config = BertConfig(vocab_size=TOKENIZER.vocab_size, attention_dropout=0.0, **SIZES)
    settings = {"length": 32, "overlap": 8, **settings}
    return SpanReader(SpanExtractor(Bert(config)), TOKENIZER, **settings)


def test_best_spans_by_hand():
    begin, end = torch.tensor([9.0, 1.0, 3.0, 0.0]), torch.tensor([9.0, 2.0, 0.0, 4.0])
    # without position 0: 3 + 4 from 2 to 3; 1 + 4 from 1 to 3 has three tokens; 0 + 4 from 3 to 3
    assert best_spans(begin, end, 3, 3) == [(2, 3, 7.0), (1, 3, 5.0), (3, 3, 4.0)]
    assert best_spans(begin, end, 2, 2) == [(2, 3, 7.0), (3, 3, 4.0)]


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=9))
def test_no_span_beats_the_best(logits):
    begin, end = torch.tensor(logits).unbind(1)
    n = len(begin)
    every = [begin[i] + end[j] for i in range(1, n) for j in range(i, min(n, i + 4))]
    assert best_spans(begin, end, 1, 4)[0][2] == pytest.approx(float(max(every)))


def test_the_loss_of_a_model_that_knows_nothing_is_the_log_of_the_places():
    read = reader()
    torch.nn.init.zeros_(read.model.output.weight)
    (window, target), *_ = read.examples("a?", "b c d e", 2, 3)
    batch = next(span_batches([(window, target)], read.pad_id, 1, torch.Generator()))
    # four tokens of the passage and [CLS]
    assert_close(span_loss(read.model, batch), torch.tensor(5.0).log())


def test_no_answer_can_stand_in_the_question_the_padding_or_at_the_end():
    read = reader()
    windows = [*read.windows("a b?", "c"), *read.windows("a?", "c d e f")]
    batch = stack_windows(windows, read.pad_id)
    begin, _ = span_logits(read.model, *batch)
    assert torch.equal(begin > -1e3, batch[3])


def test_a_target_is_the_position_of_the_answer_and_zero_where_there_is_none():
    read = reader()
    ((window, target),) = read.examples("a?", "b c d", 2, 5)
    assert [TOKENIZER.token(i) for i in window.ids[target[0] : target[1] + 1]] == ["c", "d"]
    assert [target for _, target in read.examples("a?", "b c d")] == [(0, 0)]


def test_a_span_of_several_windows_comes_once_with_its_own_text():
    read = reader(length=16, overlap=8)
    passage = " ".join(LETTERS * 2)
    answers = read.read("a?", ["b c", passage], n_best=40)
    assert len({(a.passage, a.begin, a.end) for a in answers}) == len(answers) == 40
    assert all(a.text == ["b c", passage][a.passage][a.begin : a.end] for a in answers)
    scores = [a.score for a in answers]
    assert scores == sorted(scores, reverse=True)


def test_answers_do_not_depend_on_what_else_is_in_the_batch():
    read = reader()
    questions, passages = ["a?", "b c d e?"], [["f g", "h i j k"], ["l m n o p a b c"]]
    together = list(read.read_all(questions, passages))
    alone = [read.read(q, p) for q, p in zip(questions, passages, strict=True)]
    for (one,), (other,) in zip(together, alone, strict=True):
        assert (one.begin, one.end, one.passage) == (other.begin, other.end, other.passage)
        assert one.score == pytest.approx(other.score, abs=1e-4)


def test_a_reader_learns_to_find_the_letter_after_the_one_asked_for():
    read = reader()
    passage = "c f a k e b"
    asked = {"c": "f", "f": "a", "a": "k", "k": "e", "e": "b"}
    examples = []
    for letter, answer in asked.items():
        at = passage.index(answer)
        examples += read.examples(f"{letter}?", passage, at, at + 1)
    examples += read.examples("p?", passage)
    generator = torch.Generator().manual_seed(0)
    train(
        read.model,
        lambda: span_batches(examples, read.pad_id, 6, generator),
        n_steps=120,
        lr=3e-3,
        loss=span_loss,
        generator=generator,
    )
    for letter, answer in asked.items():
        assert read.read(f"{letter}?", [passage])[0].text == answer
    assert accepted(read.read("p?", [passage])) is None


def test_an_answer_is_accepted_above_the_threshold():
    answers = [Answer("x", 0, 1, 0.5)]
    assert accepted(answers) == answers[0]
    assert accepted(answers, 0.5) is None
    assert accepted([]) is None


def test_a_handicap_makes_a_later_passage_prove_more():
    answers = [Answer("x", 0, 1, 1.0, 0), Answer("y", 0, 1, 2.0, 1), Answer("z", 0, 1, 4.5, 2)]
    assert choose(answers).text == "z"
    # 1.0, 2.0 - 2, 4.5 - 4
    assert choose(answers, 2.0) == Answer("x", 0, 1, 1.0, 0)
    assert choose(answers, 1.5) == Answer("z", 0, 1, 1.5, 2)
    with pytest.raises(ValueError, match="answers=0, handicap=1.0: needs"):
        choose([], 1.0)
    with pytest.raises(ValueError, match="answers=3, handicap=-1.0: needs"):
        choose(answers, -1.0)


def test_errors_name_the_argument():
    read = reader()
    with pytest.raises(
        ValueError, match="begin=3, end=9 is no span of the passage of 3 characters"
    ):
        read.examples("a?", "b c", 3, 9)
    with pytest.raises(ValueError, match="begin=2, end=2 is no span"):
        read.examples("a?", "b c", 2, 2)
    long = " ".join(LETTERS * 3)
    with pytest.raises(ValueError, match="the answer .* is in no window as a whole"):
        read.examples("a?", long, 0, len(long))
    with pytest.raises(ValueError, match="passages of question 0 are empty"):
        read.read("a?", [])
    with pytest.raises(ValueError, match="1 lists of passages for 2 questions"):
        next(read.read_all(["a?", "b?"], [["c"]]))
    with pytest.raises(ValueError, match="length=33 exceeds n_positions=32"):
        reader(length=33)
    with pytest.raises(ValueError, match="tokenizer has vocab_size=6, the encoder's 22"):
        SpanReader(read.model, WordPieceTokenizer(["a"]), length=32)
    with pytest.raises(ValueError, match="begin has 2 positions, end 3"):
        best_spans(torch.zeros(2), torch.zeros(3), 1, 1)
    with pytest.raises(ValueError, match="examples is empty"):
        next(span_batches([], 0, 2, torch.Generator()))
