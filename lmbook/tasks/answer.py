"""The span in a passage that answers a question, found by an encoder that points at its two ends.

Source: Devlin et al. (2019), sections 4.2 and 4.3, which follow Rajpurkar et al. (2016, 2018).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_number, check_several, check_tensor, check_type, check_whole
from lmbook.models.heads import SpanExtractor
from lmbook.tasks.windows import Window, cut_windows, special, stack_windows
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

Logits = Float[Tensor, "batch time"]
MASKED = -1e4  # of a position where no answer can stand


@dataclass(frozen=True)
class Answer:
    """A span ``text`` = passage[``begin``:``end``] of the passage with number ``passage``.

    ``score`` is the sum of its two logits minus that of "no answer", both of their window: above
    0, the reader prefers the span to no answer.
    """

    text: str
    begin: int
    end: int
    score: float
    passage: int = 0


def span_logits(
    model: nn.Module, ids: Tensor, mask: Tensor, types: Tensor, allowed: Bool[Tensor, "batch time"]
) -> tuple[Logits, Logits]:
    """Logits of the first and last position, ``MASKED`` where no answer may stand."""
    begin, end = model(ids, mask, types)
    return begin.masked_fill(~allowed, MASKED), end.masked_fill(~allowed, MASKED)


def span_loss(model: nn.Module, batch: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats of both ends, of a batch (ids, mask, types, allowed, targets).

    ``targets`` [batch 2] are positions; (0, 0) means that the window holds no answer.
    """
    ids, mask, types, allowed, targets = batch
    begin, end = span_logits(model, ids, mask, types, allowed)
    return (F.cross_entropy(begin, targets[:, 0]) + F.cross_entropy(end, targets[:, 1])) / 2


def best_spans(
    begin: Float[Tensor, " time"], end: Float[Tensor, " others"], n_best: int, max_tokens: int
) -> list[tuple[int, int, float]]:
    """(first, last, score) of the ``n_best`` spans by the sum of their logits, without position 0.

    A span has ``max_tokens`` tokens or fewer. Raises ``ValueError`` for logits of two lengths and
    a number below 1.
    """
    for name, logits in {"begin": begin, "end": end}.items():
        check_tensor(name, logits, "float", 1)
    check_whole("n_best", n_best, 1)
    check_whole("max_tokens", max_tokens, 1)
    n = len(begin)
    if len(end) != n:
        raise ValueError(f"begin has {n} positions, end {len(end)}")
    scores = begin[:, None] + end
    # an upper triangle without its far corner: the end neither precedes the begin nor is too far
    valid = torch.ones(n, n, dtype=torch.bool, device=begin.device).triu().tril(max_tokens - 1)
    valid[0] = False
    valid &= scores > MASKED / 2
    places = valid.nonzero()
    best = scores[valid].topk(min(n_best, len(places)))
    spans = places[best.indices].tolist()
    return [(i, j, s) for (i, j), s in zip(spans, best.values.tolist(), strict=True)]


class SpanReader:
    """A ``SpanExtractor`` with its tokenizer: reads passages, whatever their length, for answers.

    ``length`` and ``overlap`` are those of ``cut_windows``; answers have at most ``max_tokens``.
    Raises ``ValueError`` for a tokenizer of another vocabulary, and rows above ``n_positions``.
    """

    def __init__(
        self,
        model: SpanExtractor,
        tokenizer: WordPieceTokenizer,
        *,
        length: int = 192,
        overlap: int = 64,
        max_tokens: int = 16,
    ) -> None:
        check_type("model", model, SpanExtractor)
        check_type("tokenizer", tokenizer, WordPieceTokenizer)
        check_whole("length", length, 16)
        check_whole("overlap", overlap, 0)
        check_whole("max_tokens", max_tokens, 1)
        config = model.encoder.config
        if tokenizer.vocab_size != config.vocab_size:
            sizes = f"{tokenizer.vocab_size}, the encoder's {config.vocab_size}"
            raise ValueError(f"tokenizer has vocab_size={sizes}: they do not belong together")
        if length > config.n_positions:
            raise ValueError(f"length={length} exceeds n_positions={config.n_positions}")
        self.model, self.tokenizer = model.eval(), tokenizer
        self.length, self.overlap, self.max_tokens = length, overlap, max_tokens
        self.pad_id = special(tokenizer, "[PAD]")

    def windows(self, question: str, passage: str) -> list[Window]:
        """The rows of a question and a passage. Raises ``ValueError`` as ``cut_windows``."""
        return cut_windows(self.tokenizer, question, passage, self.length, self.overlap)

    def examples(
        self, question: str, passage: str, begin: int = 0, end: int = 0
    ) -> Iterator[tuple[Window, tuple[int, int]]]:
        """Windows and their targets, for training; begin = end = 0 means no answer.

        Raises ``ValueError`` for a span outside the passage or one that stands whole in no window.
        """
        check_whole("begin", begin, 0)
        check_whole("end", end, 0)
        if begin > end or end > len(passage) or (begin == end and end > 0):
            limit = f"the passage of {len(passage)} characters"
            raise ValueError(f"begin={begin}, end={end} is no span of {limit}")
        windows = self.windows(question, passage)
        targets = [window.target(begin, end) for window in windows]
        if end and not any(last for _, last in targets):
            answer = passage[begin:end]
            raise ValueError(f"the answer {answer!r}, begin={begin}, is in no window as a whole")
        return zip(windows, targets, strict=True)

    def read(self, question: str, passages: Sequence[str], n_best: int = 1) -> list[Answer]:
        """The ``n_best`` spans of all ``passages``, the best first, whatever their score.

        A span that several windows hold counts once, at its best score. Raises ``ValueError`` for
        no passage, and as ``cut_windows``.
        """
        return next(self.read_all([question], [passages], n_best))

    def read_all(
        self,
        questions: Sequence[str],
        passages: Sequence[Sequence[str]],
        n_best: int = 1,
        batch_size: int = 32,
    ) -> Iterator[list[Answer]]:
        """``read`` for many questions, each with its own passages; windows share batches."""
        check_whole("n_best", n_best, 1)
        check_whole("batch_size", batch_size, 1)
        check_several("questions", questions)
        rows = self._rows(questions, passages)
        scored = self._scores([window for _, _, window in rows], batch_size)
        found: list[dict[tuple[int, int, int], float]] = [{} for _ in questions]
        for (asked, number, window), (begin, end) in zip(rows, scored, strict=True):
            nothing = float(begin[0] + end[0])
            for first, last, score in best_spans(begin, end, n_best, self.max_tokens):
                place = window.offsets[first - window.first][0]
                key = (number, place, window.offsets[last - window.first][1])
                found[asked][key] = max(score - nothing, found[asked].get(key, -torch.inf))
        for spans, texts in zip(found, passages, strict=True):
            best = sorted(spans.items(), key=lambda item: -item[1])[:n_best]
            yield [Answer(texts[k][i:j], i, j, score, k) for (k, i, j), score in best]

    def _rows(
        self, questions: Sequence[str], passages: Sequence[Sequence[str]]
    ) -> list[tuple[int, int, Window]]:
        if len(questions) != len(passages):
            raise ValueError(f"{len(passages)} lists of passages for {len(questions)} questions")
        rows = []
        for asked, (question, texts) in enumerate(zip(questions, passages, strict=True)):
            check_several("passages", texts)
            if not texts:
                raise ValueError(
                    f"passages of question {asked} are empty: there is nothing to read"
                )
            for number, text in enumerate(texts):
                rows += [(asked, number, window) for window in self.windows(question, text)]
        return rows

    @torch.no_grad()
    def _scores(self, windows: list[Window], batch_size: int) -> list[tuple[Tensor, Tensor]]:
        """Logits of each window without padding, on the CPU; windows of like length together."""
        device = self.model.eval().output.weight.device
        order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
        found: dict[int, tuple[Tensor, Tensor]] = {}
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            batch = stack_windows([windows[i] for i in chosen], self.pad_id)
            begins, ends = span_logits(self.model, *(part.to(device) for part in batch))
            for i, begin, end in zip(chosen, begins.cpu(), ends.cpu(), strict=True):
                n = len(windows[i].ids)
                found[i] = (begin[:n], end[:n])
        return [found[i] for i in range(len(windows))]


def choose(answers: Sequence[Answer], handicap: int | float = 0.0) -> Answer:
    """The answer with the highest score after ``handicap`` times the place of its passage is taken
    off; the result has that lower score.

    A reader that is unsure between passages then trusts the ranking. Source: Yang et al. (2019),
    who mix the two scores. Raises ``ValueError`` for no answer and a negative handicap.
    """
    check_several("answers", answers)
    check_number("handicap", handicap)
    if not answers or handicap < 0:
        raise ValueError(f"answers={len(answers)}, handicap={handicap}: needs ≥ 1 and ≥ 0")
    lowered = [replace(a, score=a.score - handicap * a.passage) for a in answers]
    return max(lowered, key=lambda answer: answer.score)


def accepted(answers: Sequence[Answer], threshold: int | float = 0.0) -> Answer | None:
    """The first of ``answers`` if its score is above ``threshold``, else None: no answer."""
    check_several("answers", answers)
    check_number("threshold", threshold)
    return answers[0] if answers and answers[0].score > threshold else None


def span_batches(
    examples: Sequence[tuple[Window, tuple[int, int]]],
    pad_id: int,
    batch_size: int,
    generator: torch.Generator,
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Int[Tensor, "batch 2"]]]:
    """One pass over ``examples``, shuffled, as batches for ``span_loss``.

    Windows of like length share a batch. Raises ``ValueError`` for no example.
    """
    check_whole("batch_size", batch_size, 1)
    check_type("generator", generator, torch.Generator)
    if not examples:
        raise ValueError("examples is empty: there is nothing to learn from")
    order = torch.randperm(len(examples), generator=generator).tolist()
    order.sort(key=lambda i: len(examples[i][0].ids) // 8)  # stable: the order within stays random
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    for number in torch.randperm(len(batches), generator=generator).tolist():
        chosen = [examples[i] for i in batches[number]]
        targets = torch.tensor([target for _, target in chosen])
        yield (*stack_windows([window for window, _ in chosen], pad_id), targets)
