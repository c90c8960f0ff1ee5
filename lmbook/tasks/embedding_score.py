"""BERTScore's form on an encoder of the book: how like are two texts, word for word, in meaning?

The encoder was never trained for this, and its scores lie close together: compare them with each
other, not with those of another encoder. Source: Zhang et al. (2020).
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_type, check_whole
from lmbook.metrics.classification import Scores
from lmbook.metrics.pairs import References, check_pairs
from lmbook.metrics.token_matching import inverse_document_frequencies, match_tokens
from lmbook.models.bert import Bert
from lmbook.tasks.text_batches import padded
from lmbook.tasks.windows import special
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

_BATCH = 32


class EmbeddingScore:
    """Precision, recall and F1 of greedy matching between the encoder's vectors of two texts.

    The marks at the ends of a text have weight 0. With ``idf`` a token weighs by its rarity in the
    references of the call. A text is cut after ``max_tokens``, the marks included.
    """

    def __init__(
        self,
        encoder: Bert,
        tokenizer: WordPieceTokenizer,
        *,
        idf: bool = False,
        max_tokens: int = 128,
    ) -> None:
        check_type("encoder", encoder, Bert)
        check_type("tokenizer", tokenizer, WordPieceTokenizer)
        check_whole("max_tokens", max_tokens, 3)
        if max_tokens > encoder.config.n_positions:
            limit = encoder.config.n_positions
            raise ValueError(f"max_tokens={max_tokens} exceeds n_positions={limit}")
        self.encoder, self.tokenizer = encoder.eval(), tokenizer
        self.idf, self.max_tokens = idf, max_tokens
        self._start, self._pad = special(tokenizer, "[CLS]"), special(tokenizer, "[PAD]")

    def __call__(self, hypotheses: Sequence[str], references: References) -> Scores:
        """The scores of each hypothesis, against the reference with which its F1 is highest.

        Raises ``ValueError`` as ``check_pairs`` does, and for a text without a token.
        """
        lines, n_lines = check_pairs(hypotheses, references)
        rows = [self._row(i, line) for i, line in enumerate(lines)]
        first = set((n_lines.cumsum() - n_lines).tolist())
        rare = None
        if self.idf:
            documents = [row[1:-1] for i, row in enumerate(rows) if i not in first]
            rare = inverse_document_frequencies(documents), len(documents)
        vectors = self._vectors(rows)
        weights = [self._weights(row, rare) for row in rows]
        best, at = [], 0
        for n in n_lines.tolist():
            pairs = (
                match_tokens(vectors[at], vectors[i], weights[at], weights[i])
                for i in range(at + 1, at + n)
            )
            best.append(max(pairs, key=lambda scores: scores.f1.item()))
            at += n
        return Scores(*(torch.stack(each) for each in zip(*best, strict=True)))

    def _row(self, i: int, line: str) -> list[int]:
        ids = self.tokenizer.encode(line)[: self.max_tokens - 2]
        if not ids:
            raise ValueError(f"text {i}, {line!r}, has no token to match")
        return [self._start, *ids, self.tokenizer.eos_id]

    def _weights(
        self, row: list[int], rare: tuple[dict[int, float], int] | None
    ) -> Float[Tensor, " token"]:
        inner = torch.ones(len(row) - 2, dtype=torch.float64)
        if rare is not None:
            weights, n = rare
            unseen = torch.tensor(n + 1.0).log().item()
            inner = torch.tensor([weights.get(token, unseen) for token in row[1:-1]]).double()
        return torch.cat([inner.new_zeros(1), inner, inner.new_zeros(1)])

    @torch.no_grad()
    def _vectors(self, rows: list[list[int]]) -> list[Float[Tensor, "token d_model"]]:
        found: dict[int, Tensor] = {}
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        device = self.encoder.embedding.weight.device
        for begin in range(0, len(order), _BATCH):
            chosen = order[begin : begin + _BATCH]
            ids, mask = padded([rows[i] for i in chosen], self._pad)
            hidden = self.encoder(ids.to(device), mask.to(device)).cpu()
            found |= {i: hidden[k, : len(rows[i])] for k, i in enumerate(chosen)}
        return [found[i] for i in range(len(rows))]
