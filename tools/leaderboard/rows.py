"""What stands on the leaderboard: name → chapter and recipe."""

import bz2
import lzma
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from lmbook.data.sets.corpora import Corpus
from lmbook.language_model import LanguageModel
from lmbook.metrics.language_model import evaluate
from lmbook.ngram.backoff import BackoffModel
from lmbook.ngram.counts import NgramCounts, count_ngrams
from lmbook.ngram.jelinek_mercer import jelinek_mercer
from lmbook.ngram.kneser_ney import modified_kneser_ney
from lmbook.ngram.pruning import prune_by_entropy
from lmbook.ngram.smoothing import absolute_discounting, add_k, katz, witten_bell
from lmbook.tokenizers.base import Tokenizer
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training.from_recipe import corpus_hash
from lmbook.zoo import checkpoints

torch.set_num_threads(1)
FALLBACK = (0.5, 1.0, 1.5)  # all bytes are frequent: their counts admit no estimated discount


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained row: its score on speeches, what it stores, and what it learned from.

    ``n_tokens`` counts the tokens that it was trained to predict, each time anew.
    ``seconds`` and ``megabytes`` are given for a model that was trained earlier; a row that
    trains here is measured.
    """

    bits_per_byte: Callable[[Sequence[str]], float]
    tokens: str
    size: int
    unit: str
    n_tokens: int
    seconds: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the leaderboard: the chapter that builds the model, and how to train it."""

    chapter: str
    train: Callable[[Corpus], Trained]


def score(model: LanguageModel, tokenizer: Tokenizer, speeches: Sequence[str]) -> float:
    """Bits per byte of the speeches, ends included; text that cannot be spelled is refused."""
    rows = []
    for speech in speeches:
        ids = tokenizer.encode(speech)
        if tokenizer.decode(ids) != speech:
            raise ValueError(f"the tokenizer changes {speech!r}")
        rows.append([*ids, tokenizer.eos_id])
    return evaluate(model, rows, sum(len(s.encode()) for s in speeches)).bits_per_byte


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A model that counts, its tokenizer, the counts, and how many tokens were counted."""

    model: LanguageModel
    tokenizer: BPETokenizer
    counts: NgramCounts
    n_tokens: int


def count(
    corpus: Corpus,
    order: int,
    vocab_size: int,
    smooth: Callable[[NgramCounts, Sequence[Sequence[int]]], LanguageModel],
) -> Counted:
    """Byte-level BPE, counts, smoothing. A vocabulary of 257 tokens is the bytes and the end."""
    speeches = corpus.speeches("train")
    tokenizer = BPETokenizer.train(speeches, vocab_size)
    rows = [[*tokenizer.encode(s), tokenizer.eos_id] for s in speeches]
    held_out = [[*tokenizer.encode(s), tokenizer.eos_id] for s in corpus.speeches("validation")]
    counts = count_ngrams(rows, order, tokenizer.vocab_size)
    return Counted(
        model=smooth(counts, held_out),
        tokenizer=tokenizer,
        counts=counts,
        n_tokens=sum(map(len, rows)),
    )


def ngram(
    order: int,
    vocab_size: int,
    smooth: Callable[[NgramCounts, Sequence[Sequence[int]]], LanguageModel],
) -> Callable[[Corpus], Trained]:
    """A recipe that counts: see ``count``."""

    def train(corpus: Corpus) -> Trained:
        counted = count(corpus, order, vocab_size, smooth)
        model, n_types = counted.model, counted.counts.n_types(order)
        return Trained(
            bits_per_byte=lambda speeches: score(model, counted.tokenizer, speeches),
            tokens="bytes" if vocab_size == 257 else f"BPE {vocab_size:,}",
            size=model.n_ngrams if isinstance(model, BackoffModel) else n_types,
            unit="n-grams",
            n_tokens=counted.n_tokens,
        )

    return train


def compressor(compress: Callable[[bytes], bytes]) -> Callable[[Corpus], Trained]:
    """Bits for the test text after the training text, as a general compressor needs them."""

    def train(corpus: Corpus) -> Trained:
        known = "\n".join(corpus.speeches("train")).encode()

        def bits_per_byte(speeches: Sequence[str]) -> float:
            text = "\n".join(speeches).encode()
            extra = len(compress(known + b"\n" + text)) - len(compress(known))
            return 8 * extra / sum(len(s.encode()) for s in speeches)

        n = len(known)
        return Trained(
            bits_per_byte=bits_per_byte, tokens="bytes", size=n, unit="bytes", n_tokens=n
        )

    return train


def zoo(name: str) -> Callable[[Corpus], Trained]:
    """A packaged model, loaded and not trained; refused if it learned from another text."""

    def load(corpus: Corpus) -> Trained:
        card = checkpoints.card(name)
        if card["corpus"]["sha256"] != corpus_hash(corpus.speeches("train")):
            raise ValueError(f"{name} was not trained on the training text of this corpus")
        model, tokenizer = checkpoints.load(name)
        if not isinstance(model, LanguageModel):
            raise ValueError(f"{name} gives no probabilities to a text")
        return Trained(
            bits_per_byte=lambda speeches: score(model, tokenizer, speeches),
            tokens=f"BPE {tokenizer.vocab_size:,}",
            size=card["n_parameters"],
            unit="parameters",
            n_tokens=card["n_tokens"],
            seconds=card["seconds"],
        )

    return load


def _xz(data: bytes) -> bytes:
    # a window of 64 MiB: all the training text stays in sight
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
    return lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)


def _uniform(corpus: Corpus) -> Trained:
    def bits_per_byte(speeches: Sequence[str]) -> float:
        n_bytes = sum(len(s.encode()) for s in speeches)
        return (n_bytes + len(speeches)) * math.log2(257) / n_bytes

    return Trained(bits_per_byte=bits_per_byte, tokens="bytes", size=0, unit="n-grams", n_tokens=0)


def best_counts(counts: NgramCounts, held_out: Sequence[Sequence[int]]) -> BackoffModel:
    return modified_kneser_ney(counts, FALLBACK)


def _pruned(counts: NgramCounts, held_out: Sequence[Sequence[int]]) -> BackoffModel:
    return prune_by_entropy(modified_kneser_ney(counts, FALLBACK), 1e-7)


ROWS = {
    "every byte alike": Row(chapter="1", train=_uniform),
    "xz, after the training plays": Row(chapter="1", train=compressor(_xz)),
    "bzip2, after the training plays": Row(chapter="1", train=compressor(bz2.compress)),
    "unigram of bytes": Row(chapter="3", train=ngram(1, 257, lambda counts, _: add_k(counts, 1.0))),
    "bigram of bytes, add-one": Row(
        chapter="4", train=ngram(2, 257, lambda counts, _: add_k(counts, 1.0))
    ),
    "6-gram of bytes, Witten–Bell": Row(
        chapter="4", train=ngram(6, 257, lambda counts, _: witten_bell(counts))
    ),
    "6-gram of bytes, modified Kneser–Ney": Row(chapter="4", train=ngram(6, 257, best_counts)),
    "trigram, add-k with k = 0.01": Row(
        chapter="4", train=ngram(3, 2048, lambda counts, _: add_k(counts, 0.01))
    ),
    "trigram, Jelinek–Mercer": Row(chapter="4", train=ngram(3, 2048, jelinek_mercer)),
    "trigram, Witten–Bell": Row(
        chapter="4", train=ngram(3, 2048, lambda counts, _: witten_bell(counts))
    ),
    "trigram, Katz": Row(chapter="4", train=ngram(3, 2048, lambda counts, _: katz(counts))),
    "trigram, absolute discounting with D = 0.9": Row(
        chapter="4", train=ngram(3, 2048, lambda counts, _: absolute_discounting(counts, 0.9))
    ),
    "trigram, modified Kneser–Ney": Row(chapter="4", train=ngram(3, 2048, best_counts)),
    "5-gram, modified Kneser–Ney": Row(chapter="4", train=ngram(5, 1024, best_counts)),
    "5-gram, modified Kneser–Ney, pruned": Row(chapter="4", train=ngram(5, 1024, _pruned)),
    "5-gram, modified Kneser–Ney, 8,192 tokens": Row(
        chapter="4", train=ngram(5, 8192, best_counts)
    ),
}

BEST_COUNTS = "5-gram, modified Kneser–Ney"
"""The row that networks are compared and mixed with."""

_SMALL = "gpt-small"
NETWORKS = {
    "feed-forward network, 8 tokens of context": ("6", "feedforward-tiny"),
    "recurrent network": ("7", "rnn-tiny"),
    "LSTM": ("8", "lstm-tiny"),
    "GRU": ("8", "gru-tiny"),
    "Transformer, GPT-2's form": ("12", "transformer-tiny"),
    "Transformer, Llama's form": ("12", "llama-tiny"),
    "GPT, 2.2 million parameters": ("15", "gpt-tiny"),
    "GPT, gpt-small": ("15", _SMALL),
    "XLNet, read from left to right": ("17", "xlnet-tiny"),
}
"""Rows of the zoo: name → chapter and name in the zoo."""

if _SMALL not in checkpoints.names():
    del NETWORKS["GPT, gpt-small"]

ROWS |= {name: Row(chapter=ch, train=zoo(packaged)) for name, (ch, packaged) in NETWORKS.items()}
