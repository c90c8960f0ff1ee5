"""How far guessed links between words agree with links drawn by people."""

from collections.abc import Collection, Sequence

Link = tuple[int, int]
"""The position of a target word and the position of its source word."""


def alignment_error_rate(
    guesses: Sequence[Collection[Link]],
    sure: Sequence[Collection[Link]],
    possible: Sequence[Collection[Link]] | None = None,
) -> float:
    """1 − (``|A ∩ S|`` + ``|A ∩ P|``) / (``|A|`` + ``|S|``) over all sentences together; 0 is best.

    A are the guessed links, S those that a person is sure of, and P, which holds S, those that
    may be right; without ``possible`` P is S, and 1 minus the rate is the F1 of links. Source:
    Och and Ney (2003), section 5.

    Raises ``ValueError`` for unlike numbers of sentences, or where no link is guessed and none
    is sure.
    """
    possible = sure if possible is None else possible
    for name, rows in {"sure": sure, "possible": possible}.items():
        if len(rows) != len(guesses):
            raise ValueError(f"{name} has {len(rows)} sentences, guesses {len(guesses)}")
    agreed = n_links = 0
    for guess, certain, allowed in zip(guesses, sure, possible, strict=True):
        found, right = set(guess), set(certain)
        agreed += len(found & right) + len(found & (right | set(allowed)))
        n_links += len(found) + len(right)
    if not n_links:
        raise ValueError("guesses and sure hold no link: there is nothing to compare")
    return 1 - agreed / n_links
