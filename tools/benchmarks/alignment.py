"""IBM Model 1: five iterations of EM and all alignments, against NLTK.

One in five of the English–Spanish training pairs; a pair whose target repeats a word is left out,
because there NLTK divides by the sum over all its copies. Alignments are compared before the
timing.
"""

from collections.abc import Callable, Sequence

from nltk.translate import AlignedSent, IBMModel1

from lmbook.data.sets.corpora import Corpus
from lmbook.data.sets.parallel import load_parallel, plain
from lmbook.tasks.translate_align import Links, SentencePair, train_model1

WORK = "IBM Model 1, 5 iterations and alignments of 15,147 sentence pairs"
GOALS = {WORK: {"nltk": "≤ 0.05"}}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Case → library → the whole work, once, from words."""
    words = [(plain(a).split(), plain(b).split()) for a, b in load_parallel().train]
    pairs = [pair for pair in words if len(set(pair[1])) == len(pair[1])][::5]
    if _ours(pairs) != _theirs(pairs):
        raise ValueError("alignments differ from NLTK's")
    return {WORK: {"lmbook": lambda: _ours(pairs), "nltk": lambda: _theirs(pairs)}}


def _ours(pairs: Sequence[SentencePair]) -> list[Links]:
    return train_model1(pairs, 5)[0].align_training()


def _theirs(pairs: Sequence[SentencePair]) -> list[Links]:
    peers = [AlignedSent(target, source) for source, target in pairs]
    IBMModel1(peers, 5)
    return [[-1 if i is None else i for _, i in sorted(peer.alignment)] for peer in peers]
