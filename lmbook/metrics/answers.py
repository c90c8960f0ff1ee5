"""Scores of short answers: exact match and word F1, as the scripts of SQuAD define them.

Both compare answers after one normalisation: lower case, no punctuation, no article, single
spaces. With several right answers the best counts. A question without a right answer expects none.
Source: Rajpurkar et al. (2016, 2018), the published evaluation scripts.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_several, check_tensor, check_text, each_text

_ARTICLE = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


class AnswerScores(NamedTuple):
    """A number from 0 to 1 for each question; the scripts report 100 times the means."""

    exact: Float[Tensor, " question"]
    f1: Float[Tensor, " question"]


class Threshold(NamedTuple):
    """Answer where the reader's score is above ``value``: the mean score is then ``score``."""

    value: float
    score: float


def normalize_answer(text: str) -> str:
    """``text`` in lower case, without ASCII punctuation, without "a", "an", "the".

    Punctuation goes first, so "the-end" becomes "theend", and "U.S." "us".
    """
    check_text("text", text)
    text = text.lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", text).split())


def exact_match(prediction: str | None, answers: Sequence[str]) -> float:
    """1.0 if the normalised prediction is one of the normalised ``answers``, else 0.0.

    No ``answers`` expect None or a text that the normalisation empties.
    """
    return max(float(_normal(prediction) == answer) for answer in _right(answers))


def answer_f1(prediction: str | None, answers: Sequence[str]) -> float:
    """The best harmonic mean of precision and recall of words against one of the ``answers``.

    Words are counted with repetition. If one side has no word, the score is 1.0 where both have
    none and 0.0 otherwise, as in version 2.0.
    """
    predicted = _normal(prediction).split()
    return max(_word_f1(predicted, answer.split()) for answer in _right(answers))


def score_answers(
    predictions: Sequence[str | None], answers: Sequence[Sequence[str]]
) -> AnswerScores:
    """Both scores of each question, as float64.

    Raises ``ValueError`` for no question, or other numbers of predictions and of answers.
    """
    check_several("predictions", predictions)
    check_several("answers", answers)
    if not len(predictions) == len(answers) > 0:
        raise ValueError(f"{len(predictions)} predictions for {len(answers)} questions")
    pairs = list(zip(predictions, answers, strict=True))
    exact = [exact_match(prediction, right) for prediction, right in pairs]
    f1 = [answer_f1(prediction, right) for prediction, right in pairs]
    return AnswerScores(*(torch.tensor(each, dtype=torch.float64) for each in (exact, f1)))


def best_threshold(
    margins: Float[Tensor, " question"],
    answered: Float[Tensor, " others"],
    abstained: Float[Tensor, " rest"],
) -> Threshold:
    """The threshold on ``margins`` that gives the highest mean score.

    A question is worth ``answered`` where its margin is above the threshold and ``abstained``
    elsewhere. It is chosen on questions whose answers are known: on the test part it would be
    optimistic. Of equal thresholds the highest is taken. Raises ``ValueError`` for three lengths
    that differ, no question, or a margin that is not a number.
    """
    given = {"margins": margins, "answered": answered, "abstained": abstained}
    for name, values in given.items():
        check_tensor(name, values, "float", 1)
    if not len(margins) == len(answered) == len(abstained) or len(margins) == 0:
        sizes = ", ".join(f"{len(values)} {name}" for name, values in given.items())
        raise ValueError(f"{sizes}: each question needs one of each")
    if bool(margins.isnan().any()):
        raise ValueError("margins holds a value that is not a number")
    order = margins.argsort(descending=True)
    gains = (answered - abstained).double()[order].cumsum(0)
    sorted_margins = margins[order]
    # a threshold separates margins that differ: after the last of equal ones
    last = torch.cat([sorted_margins[1:] < sorted_margins[:-1], sorted_margins.new_ones(1).bool()])
    totals = torch.cat([gains.new_zeros(1), gains.masked_fill(~last, -torch.inf)])
    n = int(totals.argmax())
    below = sorted_margins[n].item() if n < len(margins) else -torch.inf
    mean = (abstained.double().sum() + totals[n]) / len(margins)
    return Threshold(below, mean.item())


def _normal(prediction: str | None) -> str:
    return "" if prediction is None else normalize_answer(prediction)


def _right(answers: Sequence[str]) -> list[str]:
    """The normalised answers that have a word; one empty answer if there is none."""
    normal = [normalize_answer(answer) for answer in each_text("answers", answers)]
    return [answer for answer in normal if answer] or [""]


def _word_f1(predicted: list[str], right: list[str]) -> float:
    if not predicted or not right:
        return float(predicted == right)
    n_common = (Counter(predicted) & Counter(right)).total()
    if n_common == 0:
        return 0.0
    precision, recall = n_common / len(predicted), n_common / len(right)
    return 2 * precision * recall / (precision + recall)
