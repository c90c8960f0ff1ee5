"""The leaderboard's second table: models that see both sides of a token, scored one by one.

A model that sees both sides gives no probability to a text. What it gives is a probability for
each token when all others are known. Their sum is a pseudo-log-likelihood; it costs a row for each
token, so it is measured on a sample of the test speeches. Beside it stands what the same model
makes of the tokens to the left alone, and for scale the same of a model made for that.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lmbook.language_model import LanguageModel
from lmbook.metrics.pseudo_likelihood import pseudo_log_probs
from lmbook.models.heads import MaskedHead
from lmbook.models.xlnet import XLNet
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.pretraining import special_ids
from lmbook.zoo import checkpoints

torch.set_num_threads(1)
LONGEST = 60  # bytes: with both ends such a speech fits into the positions of every model

ROWS = {"gpt-tiny": "15", "bert-tiny": "16", "roberta-tiny": "16", "xlnet-tiny": "17"}
"""Name in the zoo → chapter. A model that reads from left to right only is there for scale."""


@dataclass(frozen=True, kw_only=True)
class Nats:
    """Minus the log-probabilities of a text's tokens, summed; ``both`` where all others are seen.

    ``left`` is the sum where only the tokens before are seen: the chain rule makes it a true
    log-likelihood of the tokens.
    """

    left: float
    both: float | None = None


def sample(speeches: Sequence[str]) -> list[str]:
    """The speeches that have at most 60 bytes."""
    return [speech for speech in speeches if len(speech.encode()) <= LONGEST]


def measure(name: str, speeches: Sequence[str]) -> dict:
    """The numbers of one line: bits per byte of a sample of ``speeches``, their ends left out.

    Raises ``ValueError`` for a speech with a token that stands for unknown words.
    """
    model, tokenizer = checkpoints.load(name)
    texts = sample(speeches)
    rows = [_encode(tokenizer, text) for text in texts]
    scores = [score(model, tokenizer, ids) for ids in rows]
    n_bytes = sum(len(text.encode()) for text in texts)
    both = [nats.both for nats in scores if nats.both is not None]
    pairs = zip(texts, rows, strict=True)
    return {
        "chapter": ROWS[name],
        "tokens": f"{_kind(tokenizer)} {tokenizer.vocab_size:,}",
        "masked": isinstance(model, MaskedHead),
        "keeps_text": all(tokenizer.decode(ids) == text for text, ids in pairs),
        "seconds": checkpoints.card(name)["seconds"],
        "n_speeches": len(texts),
        "n_bytes": n_bytes,
        "n_tokens": sum(map(len, rows)),
        "bits_per_byte": round(sum(nats.left for nats in scores) / math.log(2) / n_bytes, 6),
        "pseudo_bits_per_byte": round(sum(both) / math.log(2) / n_bytes, 6) if both else None,
    }


@torch.no_grad()
def score(model: object, tokenizer: checkpoints.Tokenizer, ids: Sequence[int]) -> Nats:
    """Nats of ``ids``, between the tokens that begin and end a text, which are not scored.

    Raises ``ValueError`` for a model that predicts no tokens.
    """
    if isinstance(model, MaskedHead):
        both = _one_by_one(partial(masked_logits, model), tokenizer, ids)
        return Nats(left=_one_by_one(partial(left_logits, model), tokenizer, ids), both=both)
    if not isinstance(model, LanguageModel):
        raise ValueError(f"{type(model).__name__} predicts no tokens")
    left = -model.log_probs(torch.tensor([list(ids)])).double().sum().item()
    if not isinstance(model, XLNet):
        return Nats(left=left)
    return Nats(left=left, both=_one_by_one(partial(xlnet_logits, model), tokenizer, ids))


def masked_logits(model: MaskedHead, inputs: Tensor, hidden: Tensor) -> Tensor:
    """A masked model's logits at the one ``hidden`` place of each row."""
    return _tokens(model(inputs, chosen=hidden))


def left_logits(model: MaskedHead, inputs: Tensor, hidden: Tensor) -> Tensor:
    """The same, with all that stands to the right of the place out of sight."""
    seen = torch.arange(inputs.shape[1]) <= _places(hidden)
    return _tokens(model(inputs, seen, chosen=hidden))


def xlnet_logits(model: XLNet, inputs: Tensor, hidden: Tensor) -> Tensor:
    """The query stream's logits there: the place comes last in the order, and none may see it."""
    seen, positions = ~hidden[:, None], _places(hidden)
    content_mask = seen.expand(-1, inputs.shape[1], -1)
    return model(inputs, content_mask=content_mask, query_mask=seen, positions=positions)[:, 0]


def _kind(tokenizer: checkpoints.Tokenizer) -> str:
    return "WordPiece" if isinstance(tokenizer, WordPieceTokenizer) else "BPE"


def _encode(tokenizer: checkpoints.Tokenizer, text: str) -> list[int]:
    ids = tokenizer.encode(text)
    if isinstance(tokenizer, WordPieceTokenizer) and tokenizer.unknown_id in ids:
        raise ValueError(f"the tokenizer does not know a word of {text!r}")
    return ids


def _one_by_one(
    logits_at: Callable[[Tensor, Tensor], Tensor],
    tokenizer: checkpoints.Tokenizer,
    ids: Sequence[int],
) -> float:
    """Each token hidden in a row of its own: the sum of what it costs, in nats."""
    special = special_ids(tokenizer.special_tokens)
    framed = torch.tensor([special.start, *ids, special.end])

    def logits_of(inputs: Tensor) -> Tensor:
        logits = logits_at(inputs, inputs == special.mask)
        return logits[:, None].expand(-1, inputs.shape[1], -1)  # read at the hidden place alone

    places = range(1, len(ids) + 1)
    return -pseudo_log_probs(logits_of, framed, special.mask, places).double().sum().item()


def _places(hidden: Tensor) -> Tensor:
    return hidden.int().argmax(1, keepdim=True)


def _tokens(answer: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    """Logits of tokens; a head for next sentences gives its own besides."""
    return answer[0] if isinstance(answer, tuple) else answer
