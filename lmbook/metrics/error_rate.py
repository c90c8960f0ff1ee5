"""Errors of a transcript: the fewest insertions, deletions and replacements that repair it.

Over words it is the word error rate, over characters or phonemes their error rate.
"""

from collections.abc import Sequence

from lmbook.arguments import check_several


def edit_distance(hypothesis: Sequence[str | int], reference: Sequence[str | int]) -> int:
    """How many symbols must be inserted, deleted or replaced (Levenshtein, 1966).

    A text is a sequence of characters, a list one of words, phonemes or ids. Time grows with the
    product of the lengths.
    """
    for name, symbols in (("hypothesis", hypothesis), ("reference", reference)):
        if not isinstance(symbols, str):
            check_several(name, symbols)
    row = list(range(len(reference) + 1))
    for i, symbol in enumerate(hypothesis, start=1):
        above, row = row, [i]
        for j, wanted in enumerate(reference, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (symbol != wanted)))
    return row[-1]


def error_rate(
    hypotheses: Sequence[Sequence[str | int]], references: Sequence[Sequence[str | int]]
) -> float:
    """Edits of all pairs per symbol of all references: 0 is best, and it can be above 1.

    Raises ``ValueError`` for unequal numbers of texts, or references without a symbol.
    """
    check_several("hypotheses", hypotheses)
    check_several("references", references)
    if len(hypotheses) != len(references):
        raise ValueError(f"hypotheses has {len(hypotheses)} texts, references {len(references)}")
    n_symbols = sum(map(len, references))
    if not n_symbols:
        raise ValueError("references holds no symbol")
    return sum(map(edit_distance, hypotheses, references)) / n_symbols
