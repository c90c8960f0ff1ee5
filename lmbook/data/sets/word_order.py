"""A task that a bag of words cannot solve: are two neighbouring words of a line exchanged?"""

from collections.abc import Iterable

import torch

from lmbook.arguments import check_type, check_whole, each_text

SHORTEST, LONGEST = 6, 10  # words of a line


def swapped_lines(
    texts: Iterable[str], n: int, generator: torch.Generator
) -> list[tuple[str, int]]:
    """``n`` different lines of 6 to 10 words; in every other one two neighbours changed places.

    The label is 1 where they did. The first word and the last one stay, so that neither a capital
    nor a full stop tells. Raises ``ValueError`` if there are less than ``n`` such lines.
    """
    check_whole("n", n, 1)
    check_type("generator", generator, torch.Generator)
    lines = sorted({line for text in each_text("texts", texts) for line in text.split("\n")})
    pool = [words for line in lines if SHORTEST <= len(words := line.split()) <= LONGEST]
    if len(pool) < n:
        raise ValueError(f"n={n}, and there are {len(pool)} lines of {SHORTEST} to {LONGEST} words")
    drawn = []
    for number, i in enumerate(torch.randperm(len(pool), generator=generator)[:n].tolist()):
        words = list(pool[i])
        k = 1 + int(torch.randint(len(words) - 3, (), generator=generator))
        if number % 2:
            words[k], words[k + 1] = words[k + 1], words[k]
        drawn.append((" ".join(words), number % 2))
    return drawn
