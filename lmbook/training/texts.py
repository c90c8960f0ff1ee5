"""The text of a recipe: documents of speeches as ids, or token files, with their tokenizer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import each_text
from lmbook.data.batches.token_files import TokenFiles
from lmbook.data.sets.corpora import Corpus, load_corpus
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.recipe import Recipe

Tokenizer = BPETokenizer | WordPieceTokenizer
Rows = list[list[int]]


@dataclass(frozen=True, kw_only=True)
class Text:
    """Speeches as rows of ids, each with its end, and where they come from.

    ``documents`` and ``held_out`` map plays to speeches; ``n_bytes`` is the size of the held-out
    text. Where the text is in ``files`` there are no documents, and ``held_out_files`` is what is
    held out.
    """

    tokenizer: Tokenizer
    facts: dict[str, object]
    n_bytes: int
    documents: list[Rows] = field(default_factory=list)
    held_out: list[Rows] = field(default_factory=list)
    files: TokenFiles | None = None
    held_out_files: TokenFiles | None = None

    @property
    def rows(self) -> Rows:
        """All training speeches."""
        return list(chain.from_iterable(self.documents))

    @property
    def held_out_rows(self) -> Rows:
        """All held-out speeches."""
        return list(chain.from_iterable(self.held_out))


def read_text(recipe: Recipe) -> Text:
    """The recipe's text, with its tokenizer trained on the training part, or read from its folder.

    Raises ``ValueError`` if token files are damaged, or what ``load_corpus`` raises.
    """
    if recipe.token_files is not None:
        return _from_files(Path(recipe.token_files))
    corpus = load_corpus(str(recipe.corpus))
    tokenizer = _tokenizer(recipe, corpus.speeches("train"))
    held_out = corpus.speeches("validation")
    return Text(
        tokenizer=tokenizer,
        facts={
            "name": corpus.name,
            "source": corpus.source,
            "licence": corpus.licence,
            "sha256": corpus_hash(corpus.speeches("train")),
        },
        n_bytes=sum(len(text.encode()) for text in held_out),
        documents=_documents(corpus, "train", tokenizer),
        held_out=_documents(corpus, "validation", tokenizer),
    )


def corpus_hash(texts: Sequence[str]) -> str:
    """SHA-256 of the texts in order, a zero byte between them."""
    return hashlib.sha256("\0".join(each_text("texts", texts)).encode()).hexdigest()


def line_of(rows: Rows, end_id: int) -> Int[Tensor, " n"]:
    """All rows in one line, the end of a text in front."""
    return torch.tensor([end_id, *chain.from_iterable(rows)])


def _tokenizer(recipe: Recipe, texts: Sequence[str]) -> Tokenizer:
    kinds = {"bpe": BPETokenizer, "wordpiece": WordPieceTokenizer}
    size = recipe.vocab_size or 0
    if recipe.special_tokens is None:
        return kinds[recipe.tokenizer].train(texts, size)
    return kinds[recipe.tokenizer].train(texts, size, special_tokens=recipe.special_tokens)


def _documents(corpus: Corpus, split: str, tokenizer: Tokenizer) -> list[Rows]:
    return [
        [[*tokenizer.encode(speech), tokenizer.eos_id] for speech in corpus.speeches_of(title)]
        for title in corpus.titles(split)
    ]


def _from_files(folder: Path) -> Text:
    files, held_out = TokenFiles(folder / "train"), TokenFiles(folder / "validation")
    if files.tokenizer_sha256 != held_out.tokenizer_sha256:
        raise ValueError(f"{folder}: train and validation were made by two different tokenizers")
    return Text(
        tokenizer=files.tokenizer,
        facts={"name": str(folder), "source": "token files", "sha256": files.sha256},
        n_bytes=held_out.n_bytes,
        files=files,
        held_out_files=held_out,
    )
