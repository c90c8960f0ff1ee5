"""What a Unigram tokenizer refuses: settings out of range and pieces that it cannot use."""

import math
from collections.abc import Mapping, Sequence

from lmbook.arguments import check_number, check_whole
from lmbook.tokenizers.vocabulary import EOS, UNKNOWN


def check_pieces(
    special_tokens: Sequence[str], tokens: Sequence[str], pieces: Mapping[str, float]
) -> None:
    """Raise ``ValueError`` for a special token or piece that is missing, double or unusable."""
    for needed in (UNKNOWN, EOS):
        if needed not in special_tokens:
            raise ValueError(f"special_tokens={tuple(special_tokens)} lacks {needed!r}")
    if len(set(tokens)) < len(tokens):
        twice = next(token for i, token in enumerate(tokens) if token in tokens[:i])
        raise ValueError(f"token {twice!r} stands twice in the vocabulary")
    if not pieces or "" in pieces:
        raise ValueError("there is no piece" if not pieces else "a piece is empty")
    for piece, log_prob in pieces.items():
        if not math.isfinite(log_prob):
            raise ValueError(f"the log-probability of piece {piece!r} is not finite")


def check_size(vocab_size: int, others: Sequence[str], word_counts: Mapping[str, int]) -> None:
    """Raise ``ValueError`` for no word, or fewer tokens than characters and ``others``."""
    check_whole("vocab_size", vocab_size)
    if not word_counts:
        raise ValueError("texts: there is nothing to learn from, the text is empty")
    smallest = len(others) + len(set().union(*word_counts))
    if vocab_size < smallest:
        raise ValueError(
            f"vocab_size={vocab_size} is below the {smallest} special tokens, bytes and characters"
        )


def check_training(max_piece_length: int, shrink: float, n_em: int, seed_size: int | None) -> None:
    """Raise ``ValueError`` for a setting out of range."""
    check_number("shrink", shrink)
    if not 0 < shrink < 1:
        raise ValueError(f"shrink={shrink} is outside (0, 1)")
    for name, value in (("max_piece_length", max_piece_length), ("n_em", n_em)):
        check_whole(name, value, 1)
    if seed_size is not None:
        check_whole("seed_size", seed_size, 0)
