"""Unigram pieces: learning them and encoding with them, against Hugging Face tokenizers.

Both sides learn 8,192 tokens from the same words and encode with the same pieces, on one thread:
set ``TOKENIZERS_PARALLELISM=false`` and ``RAYON_NUM_THREADS=1`` before the first import.
"""

from collections.abc import Callable

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from lmbook.data.sets.corpora import Corpus
from lmbook.tokenizers.unigram import UnigramTokenizer

VOCAB_SIZE = 8192
TRAIN = f"train Unigram, {VOCAB_SIZE:,} tokens"
ENCODE = "Unigram, encode the training text, caches empty"
ENCODE_AGAIN = "Unigram, encode the training text, words seen before"
GOALS = {TRAIN: {"tokenizers": "≤ 2"}, ENCODE_AGAIN: {"tokenizers": "≤ 1/3"}}
SPECIAL_TOKENS = ["<unk>", "</s>"]


def peer_of(tokenizer: UnigramTokenizer) -> Tokenizer:
    """Hugging Face's tokenizer with the same ids, pieces and log-probabilities."""
    others = tokenizer.vocab_size - len(tokenizer.pieces)
    pieces = [(token, 0.0) for token in tokenizer.tokens[:others]]
    pieces += zip(tokenizer.pieces, tokenizer.log_probs.tolist(), strict=True)
    unknown_id = tokenizer.tokens.index("<unk>")
    peer = Tokenizer(models.Unigram(pieces, unknown_id, tokenizer.byte_fallback))
    peer.pre_tokenizer = pre_tokenizers.Metaspace()
    return peer


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Case → library → the whole work, once.

    Encoding is timed twice: with an empty cache of words on both sides, and with what encoding
    the same text has left in it.
    """
    text = corpus.text("train")

    def train_peer() -> Tokenizer:
        peer = Tokenizer(models.Unigram())
        peer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=VOCAB_SIZE,
            special_tokens=SPECIAL_TOKENS,
            unk_token="<unk>",
            show_progress=False,
        )
        peer.train_from_iterator([text], trainer)
        return peer

    # a third of the text is enough to learn pieces for the encoding cases
    ours = UnigramTokenizer.train([text[: len(text) // 3]], VOCAB_SIZE)
    pieces = dict(zip(ours.pieces, ours.log_probs.tolist(), strict=True))
    peer = peer_of(ours)
    ours.encode(text)
    peer.encode(text)
    return {
        TRAIN: {
            "lmbook": lambda: UnigramTokenizer.train([text], VOCAB_SIZE),
            "tokenizers": train_peer,
        },
        ENCODE: {
            "lmbook": lambda: UnigramTokenizer(pieces).encode(text),
            "tokenizers": lambda: peer_of(ours).encode(text),
        },
        ENCODE_AGAIN: {
            "lmbook": lambda: ours.encode(text),
            "tokenizers": lambda: peer.encode(text),
        },
    }
