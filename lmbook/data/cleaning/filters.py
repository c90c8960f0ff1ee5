"""Rules that keep or drop a text by its length, its symbols, its repetitions or its language.

In the manner of the rules that cleaned Gopher's web pages; limits depend on the kind of text.
Source: Rae et al. (2021), appendix A.1.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from lmbook.arguments import (
    check_number,
    check_several,
    check_text,
    check_type,
    check_whole,
    each_text,
)

_WORD = re.compile(r"[\w'’-]+")
_PLAIN = re.compile(r"[\w\s.,;:!?'\"’“”()-]")


class Rule(NamedTuple):
    """A name, and whether a text passes."""

    name: str
    passes: Callable[[str], bool]


class Sieve:
    """Texts through a row of rules: the first that a text breaks drops it and is counted.

    ``dropped`` counts by the rules' names, ``n_kept`` what passed, both as the stream is read.
    Raises ``ValueError`` for something that is not a rule, or for two rules of one name.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        check_several("rules", rules)
        for i, rule in enumerate(rules):
            check_type(f"rules[{i}]", rule, Rule)
        names = [rule.name for rule in rules]
        if twice := [name for name, n in Counter(names).items() if n > 1]:
            raise ValueError(f"rules: two are called {twice[0]!r}")
        self.rules = tuple(rules)
        self.dropped = Counter(dict.fromkeys(names, 0))
        self.n_kept = 0

    def keep(self, texts: Iterable[str]) -> Iterator[str]:
        """The texts that pass every rule, read one at a time."""
        for text in each_text("texts", texts):
            broken = next((rule.name for rule in self.rules if not rule.passes(text)), None)
            if broken is None:
                self.n_kept += 1
                yield text
            else:
                self.dropped[broken] += 1


def words(text: str) -> list[str]:
    """Runs of letters, digits, apostrophes and hyphens. Chinese has no spaces: a run is a word."""
    check_text("text", text)
    return _WORD.findall(text)


def symbol_share(text: str) -> float:
    """Share of characters that are no letter, digit, space or common punctuation; 0 if empty."""
    check_text("text", text)
    return 1 - len(_PLAIN.findall(text)) / len(text) if text else 0.0


def repeated_line_share(text: str) -> float:
    """Share of the lines with text that stood above already; 0 where there is none."""
    check_text("text", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return 1 - len(set(lines)) / len(lines) if lines else 0.0


def repeated_ngram_share(text: str, n: int = 5) -> float:
    """Share of the words that stand in an n-gram of words which occurs twice or more.

    Raises ``ValueError`` if ``n`` is below 1.
    """
    check_whole("n", n, 1)
    row = [word.casefold() for word in words(text)]
    grams = [tuple(row[i : i + n]) for i in range(len(row) - n + 1)]
    counts = Counter(grams)
    inside = {i + j for i, gram in enumerate(grams) if counts[gram] > 1 for j in range(n)}
    return len(inside) / len(row) if row else 0.0


def length_rule(least: int, most: int) -> Rule:
    """From ``least`` to ``most`` words. Raises ``ValueError`` unless 0 ≤ least ≤ most."""
    check_whole("least", least, 0)
    check_whole("most", most, least)
    return Rule("length", lambda text: least <= len(words(text)) <= most)


def symbol_rule(most: float = 0.1) -> Rule:
    """A ``symbol_share`` of at most ``most``. Raises ``ValueError`` unless it is a share."""
    check_number("most", most, 0.0, 1.0)
    return Rule("symbols", lambda text: symbol_share(text) <= most)


def repetition_rule(most_lines: float = 0.3, most_words: float = 0.15, n: int = 5) -> Rule:
    """Limits to the shares of repeated lines and of words in repeated n-grams.

    Raises ``ValueError`` unless both are shares and ``n`` is above 0.
    """
    for name, most in {"most_lines": most_lines, "most_words": most_words}.items():
        check_number(name, most, 0.0, 1.0)
    check_whole("n", n, 1)

    def passes(text: str) -> bool:
        within = repeated_ngram_share(text, n) <= most_words
        return within and repeated_line_share(text) <= most_lines

    return Rule("repetition", passes)


def language_rule(identify: Callable[[list[str]], Sequence[str]], language: str) -> Rule:
    """Texts that ``identify`` calls ``language``.

    ``identify`` takes a list of texts and names a language for each, as ``predict`` of chapter
    5's classifier does. Raises ``ValueError`` if it cannot be called.
    """
    check_text("language", language)
    if not callable(identify):
        raise ValueError(f"identify={identify!r} cannot be called")
    return Rule(f"language {language}", lambda text: identify([text])[0] == language)


def score_rule(name: str, score: Callable[[str], float], least: float) -> Rule:
    """A score of at least ``least``, for instance a quality classifier's probability."""
    check_text("name", name)
    check_number("least", least)
    return Rule(name, lambda text: score(text) >= least)
