"""Tokenizers in the form in which Hugging Face's ``tokenizers`` publishes them, and back.

One file, ``tokenizer.json``, says how a text is normalised, cut into pre-tokens, cut into tokens,
and what stands around the tokens of one text or of a pair. Only the tokens are ours to read: what
stands around them, how long they may be and how they are padded is the caller's business here.
"""

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lmbook.arguments import check_type
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.bpe_encoding import byte_alphabet
from lmbook.tokenizers.pretokenization import split_gpt2
from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_bpe import PublishedBPETokenizer, merges_of
from lmbook.tokenizers.published_parts import entry_of, part_of, read_tokens
from lmbook.tokenizers.published_unigram import PublishedUnigramTokenizer
from lmbook.tokenizers.published_wordpiece import PublishedWordPieceTokenizer
from lmbook.tokenizers.published_writing import (
    LONGEST_WORD,
    UNIGRAM_NORMALIZER,
    added_token,
    bpe_parts,
    template_parts,
    unigram_parts,
    wordpiece_parts,
)
from lmbook.tokenizers.storage import load_json
from lmbook.tokenizers.unigram import BYTE_TOKENS, UnigramTokenizer
from lmbook.tokenizers.vocabulary import EOS
from lmbook.tokenizers.wordpiece import END, UNKNOWN, WordPieceTokenizer

TEMPLATES = {
    "bert": ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
    "roberta": ("<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "xlnet": ("$A <sep> <cls>:2", "$A <sep> $B:1 <sep>:1 <cls>:2"),
}
"""What stands around one text (A) and around two (A and B); ``:1`` is the segment, if not 0."""

_UNUSED = re.compile(r"\[unused\d+\]")


def to_published(
    tokenizer: BPETokenizer | WordPieceTokenizer | UnigramTokenizer | PublishedTokenizer,
    template: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The content of a ``tokenizer.json`` that gives the ids which ``tokenizer`` gives.

    ``template`` says what stands around one text and around two, as in ``TEMPLATES``; None:
    nothing. Hugging Face always finds special tokens in a text, as ours do with
    ``allow_special``, and the byte tokens of Unigram too; with these it takes a literal ``▁`` for
    a space. ``<mask>`` takes the space before it along, as RoBERTa's does. What was read from a
    file gives that file.

    Raises ``ValueError`` for byte-pair encoding on characters, for a learned token that is spelled
    like a special one, or for a template with a token that is not a special one.
    """
    if isinstance(tokenizer, PublishedTokenizer):
        return copy.deepcopy(tokenizer.content)
    check_type("tokenizer", tokenizer, BPETokenizer, WordPieceTokenizer, UnigramTokenizer)
    if isinstance(tokenizer, BPETokenizer) and tokenizer.level != "byte":
        raise ValueError(f"level={tokenizer.level!r} is not implemented, only 'byte'")
    learned = tokenizer.tokens[len(tokenizer.special_tokens) :]
    if clash := set(learned) & set(tokenizer.special_tokens):
        raise ValueError(f"token {min(clash)!r} is both learned and special: it has two ids")
    if isinstance(tokenizer, BPETokenizer):
        parts = bpe_parts(tokenizer)
    elif isinstance(tokenizer, WordPieceTokenizer):
        parts = wordpiece_parts(tokenizer)
    else:
        parts = unigram_parts(tokenizer)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added_token(i, token) for i, token in enumerate(tokenizer.special_tokens)],
        "normalizer": parts["normalizer"],
        "pre_tokenizer": parts["pre_tokenizer"],
        "post_processor": template_parts(template, tokenizer.special_tokens) if template else None,
        "decoder": parts["decoder"],
        "model": parts["model"],
    }


def from_published(
    content: Mapping[str, Any], eos: str | None = None
) -> BPETokenizer | WordPieceTokenizer | UnigramTokenizer | PublishedTokenizer:
    """The tokenizer of a ``tokenizer.json``: byte-level BPE, WordPiece as BERT's, or Unigram.

    A file with our own order of ids (special tokens first, then what was learned) gives our own
    class. Any other, as GPT-2's, RoBERTa's and Llama 3's, gives one that keeps the file's ids,
    and whose ``decode`` hides and joins what Hugging Face's does. ``eos`` names the special token
    that ends a text; None: the first of ``END_TOKENS`` that the file has, if any.

    Raises ``ValueError`` naming what is missing or not implemented.
    """
    kind = part_of(content, "model").get("type")
    if kind == "BPE":
        return _read_bpe(content, eos)
    if kind == "WordPiece":
        return _read_wordpiece(content, eos)
    if kind == "Unigram":
        return _read_unigram(content, eos)
    raise ValueError(f"model.type={kind!r} is not implemented, only BPE, WordPiece and Unigram")


def _read_bpe(content: Mapping[str, Any], eos: str | None) -> BPETokenizer | PublishedBPETokenizer:
    """Ours, if the ids are as ``BPETokenizer`` gives them; else with the ids of the file."""
    found = PublishedBPETokenizer(content, eos)
    merges = merges_of(part_of(content, "model"))
    n_special = len(found.tokens) - len(byte_alphabet()) - len(merges)
    special = found.tokens[: max(0, n_special)]
    plain = found.split is split_gpt2 and not found.prefix_space and not content.get("normalizer")
    if not plain or part_of(content, "model").get("ignore_merges") or EOS not in special:
        return found
    if eos not in (None, EOS) or set(special) != set(found.special_ids):
        return found
    try:
        ours = BPETokenizer(merges, special_tokens=special)
    except ValueError:  # several merges make one token
        return found
    return ours if ours.tokens == found.tokens else found


def _read_wordpiece(
    content: Mapping[str, Any], eos: str | None
) -> WordPieceTokenizer | PublishedWordPieceTokenizer:
    """Ours, if the special tokens come first, unused places among them; else as the file says."""
    found = PublishedWordPieceTokenizer(content, eos)
    n_special = max((i + 1 for i in found.special_ids.values()), default=0)
    special = found.tokens[:n_special]
    model = part_of(content, "model")
    plain = model.get("max_input_chars_per_word", LONGEST_WORD) == LONGEST_WORD
    if any(token not in found.special_ids and not _UNUSED.fullmatch(token) for token in special):
        return found
    if not plain or eos not in (None, END) or {UNKNOWN, END} - set(special):
        return found
    if model["unk_token"] != UNKNOWN:
        return found
    return WordPieceTokenizer(
        found.tokens[n_special:], lowercase=found.lowercase, special_tokens=special
    )


def _read_unigram(
    content: Mapping[str, Any], eos: str | None
) -> UnigramTokenizer | PublishedUnigramTokenizer:
    """Ours, if ``to_published`` wrote the file; else as its Metaspace says."""
    if content.get("normalizer") != UNIGRAM_NORMALIZER or eos not in (None, EOS):
        return PublishedUnigramTokenizer(content, eos)
    model = part_of(content, "model")
    listed = [(str(token), float(score)) for token, score in entry_of(model, "vocab", list)]
    found = read_tokens(content, {token: i for i, (token, _) in enumerate(listed)})
    n_special, by_bytes = len(found.added), bool(model.get("byte_fallback"))
    first_piece = n_special + (len(BYTE_TOKENS) if by_bytes else 0)
    ours = UnigramTokenizer(
        dict(listed[first_piece:]),
        special_tokens=found.tokens[:n_special],
        byte_fallback=by_bytes,
    )
    if ours.tokens != found.tokens or set(ours.special_tokens) != set(found.added):
        raise ValueError("model.vocab: the special tokens and bytes do not come first")
    return ours


def load_published(path: str | Path) -> PublishedTokenizer:
    """Read what ``save`` of a tokenizer wrote that had come from a published file.

    Raises ``ValueError`` if the file holds something else.
    """
    fields = load_json(path, "published", ("content", "eos"))
    tokenizer = from_published(fields["content"], fields["eos"])
    if not isinstance(tokenizer, PublishedTokenizer):
        raise ValueError(f"{path} holds a tokenizer of our own layout: use its class")
    return tokenizer
