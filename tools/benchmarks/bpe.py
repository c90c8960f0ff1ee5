"""Byte-level BPE against ``tokenizers`` and, where it is installed, ``tiktoken``, on one thread.

Every peer does the same work: ``cases`` checks that all give the same ids before any is timed.
"""

import importlib.util
from collections.abc import Callable

from lmbook.data.sets.corpora import Corpus
from lmbook.tokenizers.bpe import BPETokenizer, byte_alphabet
from lmbook.tokenizers.wordpiece import SPECIAL_TOKENS, WordPieceTokenizer

VOCAB_SIZE = 8192
TRAIN, ENCODE, ENCODE_NEW = (
    f"train byte-level BPE, {VOCAB_SIZE:,} tokens",
    "encode validation and test text, words seen before",
    "encode validation and test text, caches emptied",
)
DECODE = "decode validation and test text"
WORDPIECE = f"train WordPiece, {VOCAB_SIZE:,} tokens"
GOALS = {
    TRAIN: {"tokenizers": "≤ 1"},
    ENCODE: {"tokenizers": "≤ 1/3", "tiktoken": "≤ 2"},
}
_GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""

Cases = dict[str, dict[str, Callable[[], object]]]


def cases(corpus: Corpus) -> Cases:
    """Name of a benchmark → library → what to time."""
    train, text = corpus.text("train"), corpus.text("validation") + corpus.text("test")
    ours = BPETokenizer.train([train], VOCAB_SIZE)
    peer = train_peer(train)
    ids = ours.encode(text)
    _check(ids == peer.encode(text).ids, "tokenizers")

    def encode_new() -> list[int]:
        ours._cache.clear()
        return ours.encode(text)

    def peer_encode_new() -> list[int]:
        peer.model._clear_cache()
        return peer.encode(text).ids

    found: Cases = {
        TRAIN: {
            "lmbook": lambda: BPETokenizer.train([train], VOCAB_SIZE),
            "tokenizers": lambda: train_peer(train),
        },
        ENCODE: {
            "lmbook": lambda: ours.encode(text),
            "tokenizers": lambda: peer.encode(text).ids,
        },
        ENCODE_NEW: {"lmbook": encode_new, "tokenizers": peer_encode_new},
        DECODE: {"lmbook": lambda: ours.decode(ids), "tokenizers": lambda: peer.decode(ids)},
        WORDPIECE: {
            "lmbook": lambda: WordPieceTokenizer.train([train], VOCAB_SIZE),
            "tokenizers": lambda: train_wordpiece_peer(train),
        },
    }
    if (encoding := tiktoken_peer(ours)) is not None:
        _check(encoding.encode_ordinary(text) == ids, "tiktoken")
        found[ENCODE]["tiktoken"] = lambda: encoding.encode_ordinary(text)
        found[ENCODE_NEW]["tiktoken"] = found[ENCODE]["tiktoken"]  # it keeps no cache
        found[DECODE]["tiktoken"] = lambda: encoding.decode(ids)
    return found


def train_peer(text: str):
    """The same tokenizer by Hugging Face's trainer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        min_frequency=2,
        special_tokens=["</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    peer.train_from_iterator([text], trainer)
    return peer


def train_wordpiece_peer(text: str):
    """WordPiece by Hugging Face's trainer; the ids of its "##" characters differ by run."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    peer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    peer.normalizer = normalizers.BertNormalizer()
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCAB_SIZE,
        min_frequency=2,
        special_tokens=list(SPECIAL_TOKENS),
        show_progress=False,
    )
    peer.train_from_iterator([text], trainer)
    return peer


def tiktoken_peer(tokenizer: BPETokenizer):
    """Our merges in tiktoken, which takes ids for ranks; None if it is not installed."""
    if importlib.util.find_spec("tiktoken") is None:
        return None
    tiktoken = importlib.import_module("tiktoken")
    byte = {character: i for i, character in enumerate(byte_alphabet())}
    ranks = {
        bytes(byte[character] for character in token): i
        for i, token in enumerate(tokenizer.tokens)
        if i != tokenizer.eos_id
    }
    return tiktoken.Encoding(
        "lmbook",
        pat_str=_GPT2,
        mergeable_ranks=ranks,
        special_tokens={"</s>": tokenizer.eos_id},
    )


def _check(same: bool, library: str) -> None:
    if not same:
        raise AssertionError(f"{library} gives other ids: there is nothing to compare")
