"""Tags for words by an encoder that reads pieces of words.

A word is cut into pieces; the encoder gives each a vector, and the first one speaks for the word.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_several, check_texts
from lmbook.models.bert import Bert, initialize
from lmbook.tasks.text_batches import padded
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.pretraining import special_ids

Offsets = Sequence[tuple[int, int]]


class PieceReader:
    """Words → ids of their pieces between [CLS] and [SEP], and the place of each first piece.

    ``n_positions`` is the encoder's limit. Raises ``ValueError`` for fewer than three.
    """

    def __init__(self, tokenizer: WordPieceTokenizer, n_positions: int) -> None:
        if n_positions < 3:
            raise ValueError(f"n_positions={n_positions} is below 3: [CLS], a piece, [SEP]")
        self.tokenizer, self.n_positions = tokenizer, n_positions
        self.special = special_ids(tokenizer.special_tokens)

    def read(self, words: Sequence[str]) -> tuple[Int[Tensor, " piece"], Int[Tensor, " word"]]:
        """A word of which nothing is left after normalisation is [UNK].

        Raises ``ValueError`` for no word, or more pieces than the encoder has positions.
        """
        check_texts("words", words, some=True)
        ids, firsts = [self.special.start], []
        for word in words:
            firsts.append(len(ids))
            ids += self.tokenizer.encode(word) or [self.tokenizer.unknown_id]
        ids.append(self.special.end)
        if len(ids) > self.n_positions:
            sizes = f"{len(words)} words are {len(ids)} pieces with [CLS] and [SEP]"
            raise ValueError(f"{sizes}, above n_positions={self.n_positions}: cut the sentence")
        return torch.tensor(ids), torch.tensor(firsts)

    def collate(self, rows: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """Ids, mask of real pieces, and places of the first pieces, padded with 0."""
        ids, real = padded([row[0].tolist() for row in rows], self.special.pad)
        firsts = nn.utils.rnn.pad_sequence([row[1] for row in rows], batch_first=True)
        return ids, real, firsts


class EncoderScores(nn.Module):
    """The encoder's vector at each word's first piece, dropout, and a linear layer.

    Source: Devlin et al. (2019), section 5.3.
    """

    def __init__(self, encoder: Bert, n_tags: int, dropout: float = 0.1) -> None:
        super().__init__()
        if n_tags < 1:
            raise ValueError(f"n_tags={n_tags} is below 1")
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(encoder.config.d_model, n_tags)
        initialize(self.output)

    def forward(
        self,
        ids: Int[Tensor, "batch piece"],
        real: Bool[Tensor, "batch piece"],
        firsts: Int[Tensor, "batch word"],
        mask: Bool[Tensor, "batch word"] | None = None,
    ) -> Float[Tensor, "batch word tag"]:
        """A score for every tag of every word; padding gets some, too."""
        hidden = self.encoder(ids, real)
        return self.output(self.dropout(hidden.take_along_dim(firsts[..., None], 1)))


def owners(pieces: Offsets, words: Offsets) -> list[int]:
    """The word that each piece belongs to, from (begin, end) of both in the same text.

    Raises ``ValueError`` for a piece that no word owns, or that reaches beyond its word.
    """
    check_several("pieces", pieces)
    check_several("words", words)
    found, at = [], 0
    for i, (begin, end) in enumerate(pieces):
        while at < len(words) and words[at][1] <= begin:
            at += 1
        if at == len(words) or not words[at][0] <= begin < end <= words[at][1]:
            raise ValueError(f"pieces[{i}]={(begin, end)} lies in no word")
        found.append(at)
    return found


def span_tags(
    spans: Sequence[tuple[int, int, str]], tokens: Offsets, outside: str = "O"
) -> list[str]:
    """IOB2 tags of tokens from spans of characters, (begin, end, label), that do not overlap.

    Raises ``ValueError`` for a span that begins or ends inside a token, is empty, or overlaps.
    """
    check_several("spans", spans)
    check_several("tokens", tokens)
    begins = {begin: i for i, (begin, _) in enumerate(tokens)}
    ends = {end: i for i, (_, end) in enumerate(tokens)}
    tags = [outside] * len(tokens)
    for n, (begin, end, label) in enumerate(spans):
        first, last = begins.get(begin), ends.get(end)
        if first is None or last is None or last < first:
            raise ValueError(f"spans[{n}]={(begin, end, label)} does not fall on whole tokens")
        if any(tag != outside for tag in tags[first : last + 1]):
            raise ValueError(f"spans[{n}]={(begin, end, label)} overlaps a span before it")
        tags[first : last + 1] = [f"B-{label}", *[f"I-{label}"] * (last - first)]
    return tags
