"""BLEU, chrF and ROUGE of 10,000 pairs, against sacrebleu and rouge-score.

The pairs are sentences of the plays and the same with a fifth of the words changed. Both sides
begin with texts and give the same numbers.
"""

import random
import re
from collections.abc import Callable

from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from lmbook.data.sets.corpora import Corpus
from lmbook.metrics.bleu import Bleu
from lmbook.metrics.chrf import Chrf
from lmbook.metrics.rouge import rouge

N_PAIRS = 10_000
KINDS = ("rouge1", "rouge2", "rougeL")
GOALS = {
    "BLEU, 10,000 pairs": {"sacrebleu": "≤ 1/4"},
    "chrF, 10,000 pairs": {"sacrebleu": "≤ 1/4"},
    "chrF++, 10,000 pairs": {"sacrebleu": "≤ 1/4"},
    "ROUGE-1/2/L, 10,000 pairs": {"rouge-score": "≤ 1/5"},
}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Case → library → the whole work, once, from texts."""
    hypotheses, references = _pairs(corpus, random.Random(0))
    bleu, chrf, words, rouges = GOALS

    def peer_rouge() -> list[object]:
        scorer = RougeScorer([*KINDS])
        pairs = zip(references, hypotheses, strict=True)
        return [scorer.score(*pair) for pair in pairs]

    return {
        bleu: {
            "lmbook": lambda: Bleu().corpus(hypotheses, references),
            "sacrebleu": lambda: BLEU().corpus_score(hypotheses, [references]).score,
        },
        chrf: {
            "lmbook": lambda: Chrf().corpus(hypotheses, references),
            "sacrebleu": lambda: CHRF().corpus_score(hypotheses, [references]).score,
        },
        words: {
            "lmbook": lambda: Chrf(word_order=2).corpus(hypotheses, references),
            "sacrebleu": lambda: CHRF(word_order=2).corpus_score(hypotheses, [references]).score,
        },
        rouges: {
            "lmbook": lambda: rouge(hypotheses, references, KINDS),
            "rouge-score": peer_rouge,
        },
    }


def _pairs(corpus: Corpus, draw: random.Random) -> tuple[list[str], list[str]]:
    sentences = [" ".join(s.split()) for s in re.split(r"(?<=[.?!])\s", corpus.text("train"))]
    references = draw.sample([s for s in sentences if 8 <= len(s.split()) <= 50], N_PAIRS)

    def changed(sentence: str) -> str:
        words = sentence.split()
        return " ".join(draw.choice(words) if draw.random() < 0.2 else w for w in words)

    return [changed(sentence) for sentence in references], references
