"""Which of two answers is the better, asked of a judge in both orders."""

import re
from collections.abc import Callable
from typing import NamedTuple

from lmbook.arguments import check_text, shown

# From the answer shown as A and the one shown as B to what the judge says.
Judge = Callable[[str, str], str]

_VERDICT = re.compile(r"\W*(?:answer\s+)?([AB])(?![A-Za-z'])", re.IGNORECASE)


class Verdict(NamedTuple):
    """``winner`` is 0 or 1, the number of the better answer, or None for a judge that follows the
    order; ``shown_first`` says how often of two times the answer shown first won."""

    winner: int | None
    shown_first: int


def read_verdict(text: str) -> str:
    """ "A" or "B", whichever the text begins with, maybe behind the word "answer".

    Raises ``ValueError`` if it begins with neither: a guess would be taken for a judgement.
    """
    check_text("text", text)
    found = _VERDICT.match(text)
    if found is None:
        raise ValueError(f"text={shown(text)}: the judge answers neither A nor B")
    return found[1].upper()


def judge_both_orders(judge: Judge, first: str, second: str) -> Verdict:
    """Ask with ``first`` as A, then with ``second`` as A.

    Raises ``ValueError`` for equal answers, between which there is nothing to choose, and for a
    judge that answers neither A nor B.
    """
    check_text("first", first)
    check_text("second", second)
    if first == second:
        raise ValueError(f"first and second are equal, {shown(first)}: there is nothing to choose")
    straight = 0 if read_verdict(judge(first, second)) == "A" else 1
    swapped = 1 if read_verdict(judge(second, first)) == "A" else 0
    winner = straight if straight == swapped else None
    return Verdict(winner, int(straight == 0) + int(swapped == 1))
