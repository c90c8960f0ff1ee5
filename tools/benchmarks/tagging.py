"""The CRF's loss and gradient, and span F1, against pytorch-crf and seqeval."""

import importlib.util
import random
from collections.abc import Callable

import torch

from lmbook.data.sets.corpora import Corpus
from lmbook.metrics.spans import micro, span_counts
from lmbook.nn.crf import CRF

BATCH, TIME, TAGS, REPEATS = 32, 40, 17, 20
N_SENTENCES = 10_000
GOALS = {
    "CRF loss and gradient, 32 × 40 × 17": {"pytorch-crf": "≤ 1"},
    "CRF loss and gradient, 32 × 40 × 17, padded": {"pytorch-crf": "≤ 1"},
    "span F1, 10,000 sentences, default": {"seqeval": "≤ 1/6"},
    "span F1, 10,000 sentences, strict IOB2": {"seqeval": "≤ 1/6"},
}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """The same scores and tags for all; a peer that is not installed is left out."""
    del corpus
    full, padded, default, strict = GOALS
    targets, predictions = _tag_rows(random.Random(0))
    return {
        full: _crf_steps(torch.full((BATCH,), TIME)),
        padded: _crf_steps(torch.linspace(TIME, TIME // 4, BATCH).long()),
        default: _span_scores(targets, predictions, None),
        strict: _span_scores(targets, predictions, "IOB2"),
    }


def _crf_steps(lengths: torch.Tensor) -> dict[str, Callable[[], object]]:
    generator = torch.Generator().manual_seed(0)
    emissions = torch.randn(BATCH, TIME, TAGS, generator=generator).requires_grad_()
    tags = torch.randint(TAGS, (BATCH, TIME), generator=generator)
    mask = torch.arange(TIME) < lengths[:, None]
    crf = CRF(TAGS)
    peers = {"lmbook": lambda: crf.log_likelihood(emissions, tags, mask).sum()}
    if importlib.util.find_spec("torchcrf"):
        import torchcrf

        theirs = torchcrf.CRF(TAGS, batch_first=True)
        peers["pytorch-crf"] = lambda: theirs(emissions, tags, mask)
    return {name: _repeated(loss) for name, loss in peers.items()}


def _repeated(loss: Callable[[], torch.Tensor]) -> Callable[[], None]:
    def steps() -> None:
        for _ in range(REPEATS):
            loss().backward()

    steps()  # the first call pays for allocations
    return steps


def _span_scores(
    targets: list[list[str]], predictions: list[list[str]], scheme: str | None
) -> dict[str, Callable[[], object]]:
    peers: dict[str, Callable[[], object]] = {
        "lmbook": lambda: micro(span_counts(targets, predictions, scheme)).f1.item()
    }
    if importlib.util.find_spec("seqeval"):
        from seqeval.metrics import f1_score
        from seqeval.scheme import IOB2

        strict = {} if scheme is None else {"mode": "strict", "scheme": IOB2}
        peers["seqeval"] = lambda: f1_score(targets, predictions, **strict)
        assert peers["lmbook"]() == peers["seqeval"]()
    return peers


def _tag_rows(draw: random.Random) -> tuple[list[list[str]], list[list[str]]]:
    """Random tags, and the same with a tenth of them lost."""
    tags = ["O"] * 6 + ["B-PER", "I-PER", "B-LOC", "I-LOC"]
    lengths = [draw.randint(5, 40) for _ in range(N_SENTENCES)]
    targets = [[draw.choice(tags) for _ in range(n)] for n in lengths]
    return targets, [[tag if draw.random() < 0.9 else "O" for tag in row] for row in targets]
