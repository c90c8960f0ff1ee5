"""The masked objective: hide some tokens, predict them from all the others.

Source: Devlin et al. (2019), section 3.1 and appendix C.2. Drawn anew for every batch, the masks
are "dynamic" in the sense of Liu et al. (2019); drawn once and kept, they are "static".
"""

from collections.abc import Callable, Collection, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmbook.arguments import (
    check_number,
    check_several,
    check_tensor,
    check_type,
    check_whole,
    each_text,
)
from lmbook.nn.embeddings import check_ids
from lmbook.nn.masks import Mask, as_mask
from lmbook.objectives.causal import IGNORE_INDEX, causal_loss

SHARES = (0.8, 0.1, 0.1)
"""Shares of the chosen tokens that become the mask, become a random token, or stay."""


def choose_positions(
    ids: Int[Tensor, "batch time"],
    generator: torch.Generator,
    *,
    special_ids: Collection[int],
    rate: float = 0.15,
    words: Int[Tensor, "batch time"] | None = None,
) -> Bool[Tensor, "batch time"]:
    """True where a token is to be predicted: max(1, round(rate · n)) of a row's n usable tokens.

    A token is usable unless it is in ``special_ids``. With ``words``, each token's word number
    (-1: never chosen), whole words are chosen, in random order, as long as they fit into that
    number of tokens; a first word that is longer is chosen all the same.

    Raises ``ValueError`` if ``rate`` is not between 0 and 1.
    """
    check_tensor("ids", ids, "int", 2)
    check_type("generator", generator, torch.Generator)
    check_several("special_ids", special_ids)
    check_number("rate", rate)
    if not 0 < rate < 1:
        raise ValueError(f"rate={rate} is not between 0 and 1")
    special = torch.tensor(list(special_ids), dtype=ids.dtype, device=ids.device)
    usable = ~torch.isin(ids, special)
    usable = usable if words is None else usable & (words >= 0)
    # rounded on the CPU: Apple's GPU has no float64
    n_wanted = (usable.sum(1).cpu().double() * rate).round().long().clamp(min=1)
    n_wanted = n_wanted.to(ids.device)[:, None]
    lots = _lots(ids, generator)
    if words is None:
        ranks = lots.masked_fill(~usable, 2.0).argsort(1).argsort(1)
        return usable & (ranks < n_wanted)
    # one lot a word: that of its number
    lots = lots.gather(1, words.clamp(min=0)).masked_fill(~usable, 2.0)
    order = lots.argsort(dim=1, stable=True)
    sizes = ((words[:, :, None] == words[:, None, :]) & usable[:, None, :]).sum(2)
    return usable & _fitting(words, sizes, order, n_wanted[:, 0])


def _lots(ids: Tensor, generator: torch.Generator) -> Tensor:
    """A number from [0, 1) for each id, drawn where the generator is, on the device of the ids."""
    return torch.rand(ids.shape, generator=generator, device=generator.device).to(ids.device)


def _fitting(words: Tensor, sizes: Tensor, order: Tensor, n_wanted: Tensor) -> Tensor:
    """Words in the order of their lots, each taken if it still fits; the first one always."""
    device = words.device
    words, sizes, order, n_wanted = (part.cpu() for part in (words, sizes, order, n_wanted))
    chosen = torch.zeros(words.shape, dtype=torch.bool)
    for row in range(len(words)):
        left, seen = int(n_wanted[row]), set()
        for place in order[row].tolist():
            word, size = int(words[row, place]), int(sizes[row, place])
            if word < 0 or word in seen or not (size <= left or not seen):
                continue
            seen.add(word)
            chosen[row] |= words[row] == word
            left -= size
            if left <= 0:
                break
    return chosen.to(device)


def corrupt(
    ids: Int[Tensor, "batch time"],
    chosen: Mask,
    generator: torch.Generator,
    *,
    mask_id: int,
    vocab_size: int,
    shares: tuple[float, float, float] = SHARES,
) -> Int[Tensor, "batch time"]:
    """The ids that the model is shown: the ``chosen`` ones masked, replaced, or left alone.

    ``shares`` are the chances of the mask, of a token drawn evenly from the whole vocabulary, and
    of the token itself. Raises ``ValueError`` unless they are chances that sum to one, and if
    ``mask_id`` is not in the vocabulary.
    """
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares={shares} are not three chances that sum to 1")
    check_ids(ids, vocab_size)
    check_whole("mask_id", mask_id)
    if not 0 <= mask_id < vocab_size:
        raise ValueError(f"mask_id={mask_id} is not between 0 and vocab_size={vocab_size} - 1")
    chosen, lots = as_mask("chosen", chosen), _lots(ids, generator)
    random_ids = torch.randint(
        vocab_size, ids.shape, generator=generator, device=generator.device
    ).to(ids.device)
    inputs = torch.where(chosen & (lots < shares[0]), mask_id, ids)
    replaced = chosen & (lots >= shares[0]) & (lots < shares[0] + shares[1])
    return torch.where(replaced, random_ids, inputs)


def mask_tokens(
    ids: Int[Tensor, "batch time"],
    generator: torch.Generator,
    *,
    mask_id: int,
    vocab_size: int,
    special_ids: Collection[int],
    rate: float = 0.15,
    shares: tuple[float, float, float] = SHARES,
    words: Int[Tensor, "batch time"] | None = None,
) -> tuple[Int[Tensor, "batch time"], Int[Tensor, "batch time"]]:
    """Inputs and targets; a target is -100 where nothing is predicted.

    Arguments and errors are those of ``choose_positions`` and ``corrupt``.
    """
    chosen = choose_positions(ids, generator, special_ids=special_ids, rate=rate, words=words)
    inputs = corrupt(ids, chosen, generator, mask_id=mask_id, vocab_size=vocab_size, shares=shares)
    return inputs, ids.masked_fill(~chosen, IGNORE_INDEX)


def masked_loss(
    logits: Float[Tensor, "batch time vocab"], targets: Int[Tensor, "batch time"]
) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats per predicted token; the other positions count for nothing.

    The sum over all positions would reward copying what is in plain sight. Raises ``ValueError``
    if nothing is predicted, or a target is no id below the number of logits.
    """
    return causal_loss(logits, targets)


def word_numbers(pieces: Sequence[str], inside: str = "##") -> list[int]:
    """The word that each piece belongs to: a piece that begins with ``inside`` goes on with it."""
    numbers: list[int] = []
    for piece in each_text("pieces", pieces):
        goes_on = bool(numbers) and piece.startswith(inside)
        numbers.append(numbers[-1] if goes_on else numbers[-1] + 1 if numbers else 0)
    return numbers


def encode_words(
    words: Sequence[str], encode: Callable[[str], Sequence[int]]
) -> tuple[list[int], list[int]]:
    """Ids of a text that is cut into words, each encoded alone, and their words' numbers.

    This is how whole words are masked in Chinese, whose tokens are single characters while its
    words have one to four (Cui et al., 2021). A word without a token has no number.
    """
    ids, numbers = [], []
    for number, word in enumerate(each_text("words", words)):
        encoded = encode(word)
        ids.extend(encoded)
        numbers.extend([number] * len(encoded))
    return ids, numbers
