"""Hypotheses and their references, as the measures of generated text take them.

A hypothesis has one reference, a string, or several, a list of strings. The references stand by
hypothesis; sacrebleu's lists are the other way round, one list for each set of references.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lmbook.arguments import check_several, check_text, shown

References = Sequence[str] | Sequence[Sequence[str]]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"  # ideographs and Japanese kana
_HAN_RUN = re.compile(f"[{_HAN}]+")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_WORD = 2.5  # segmented Chinese has about 1.7 characters in a run, raw text 4 and more


class Pairs(NamedTuple):
    """Every hypothesis followed by its references, and how many texts each such group has."""

    lines: list[str]
    n_lines: np.ndarray

    @property
    def references(self) -> list[str]:
        """The references alone, in order."""
        first = set((self.n_lines.cumsum() - self.n_lines).tolist())
        return [line for i, line in enumerate(self.lines) if i not in first]


def check_pairs(hypotheses: Sequence[str], references: References) -> Pairs:
    """The hypotheses with their references.

    An empty hypothesis is a system's fault and may stand; an empty reference is the test set's.
    Raises ``ValueError`` for no hypothesis, other numbers of hypotheses and of references, a
    hypothesis without a reference, a reference without a visible character, and for what is not
    a string.
    """
    check_several("hypotheses", hypotheses)
    check_several("references", references)
    hypotheses, references = list(hypotheses), list(references)
    if not hypotheses or len(references) != len(hypotheses):
        raise ValueError(
            f"{len(hypotheses)} hypotheses for {len(references)} references: each hypothesis "
            "needs one, or a list of several (sacrebleu's lists are the other way round)"
        )
    lines, n_lines = [], []
    for i, (hypothesis, given) in enumerate(zip(hypotheses, references, strict=True)):
        if not isinstance(hypothesis, str):
            check_text(f"hypotheses[{i}]", hypothesis)
        before = len(lines)
        lines.append(hypothesis)
        if isinstance(given, str):
            lines.append(given)
        else:
            check_several(f"references[{i}]", given)
            lines.extend(given)
        n_lines.append(len(lines) - before)
        _check_references(i, lines[before + 1 :])
    return Pairs(lines, np.array(n_lines))


def pair_numbers(n_lines: np.ndarray) -> np.ndarray:
    """The numbers of a hypothesis and of a reference in turn, a pair for every reference."""
    n_references = n_lines - 1
    hypotheses = np.repeat(n_lines.cumsum() - n_lines, n_references)
    references = np.delete(np.arange(n_lines.sum()), n_lines.cumsum() - n_lines)
    return np.column_stack([hypotheses, references]).ravel()


def check_segmented(pairs: Pairs, option: str, cure: str) -> None:
    """Raise ``ValueError`` for text without spaces between words, of which words would be runs.

    The text is taken for Chinese or Japanese where most of its letters are, and for unsegmented
    where these letters stand in runs of more than 2.5 on average. ``option`` and ``cure`` name the
    setting and what to set instead.
    """
    text = "\n".join(pairs.references)
    if text.isascii() or not _HAN_RUN.search("".join(set(text))):
        return
    runs = _HAN_RUN.findall(text)
    n_han = sum(map(len, runs))
    if 2 * n_han > len(_LETTER.findall(text)) and n_han / len(runs) > _LONGEST_WORD:
        raise ValueError(
            f"references hold Chinese or Japanese without spaces, such as {shown(runs[0])}: "
            f"{option} takes a whole run for one word, so the score would be near 0. {cure}"
        )


def _check_references(i: int, references: list[str]) -> None:
    if not references:
        raise ValueError(f"references[{i}] is empty: hypothesis {i} has no reference")
    for k, text in enumerate(references):
        if not isinstance(text, str):
            check_text(f"references[{i}][{k}]", text)
        if not text or text.isspace():
            raise ValueError(f"references[{i}][{k}]={shown(text)} is empty: nothing can match it")
