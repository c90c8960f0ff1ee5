"""Self-training with naive Bayes on counts of words, beside scikit-learn's class."""

from collections.abc import Callable

import torch
from scipy.sparse import csr_array
from sklearn.naive_bayes import MultinomialNB
from sklearn.semi_supervised import SelfTrainingClassifier
from torch.nn import functional as F

from lmbook.adapt.naive_bayes_em import fit_naive_bayes
from lmbook.adapt.self_training import self_train
from lmbook.data.sets.corpora import Corpus

N_TEXTS, N_KNOWN, N_WORDS, N_LABELS = 4_000, 100, 5_000, 20
GOALS = {"four rounds of self-training, 4,000 texts": {"scikit-learn": "≤ 3"}}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Texts of 100 words, drawn from a distribution for each of twenty classes; sparse rows."""
    draw = torch.Generator().manual_seed(0)
    words = torch.rand(N_LABELS, N_WORDS, generator=draw).pow(8)
    targets = torch.arange(N_TEXTS) % N_LABELS
    drawn = words[targets].multinomial(100, replacement=True, generator=draw)
    counts = torch.zeros(N_TEXTS, N_WORDS, dtype=torch.float64)
    counts.scatter_add_(1, drawn, torch.ones_like(drawn, dtype=torch.float64))
    known, others = counts[:N_KNOWN].to_sparse(), counts[N_KNOWN:].to_sparse()
    table = csr_array(counts.numpy())
    labels = [*targets[:N_KNOWN].tolist(), *[-1] * others.shape[0]]

    def fit(rows: torch.Tensor, classes: torch.Tensor) -> Callable:
        shares = F.one_hot(classes, N_LABELS).double()
        return fit_naive_bayes(rows, shares).probabilities

    def theirs() -> object:
        model = SelfTrainingClassifier(MultinomialNB(), threshold=0.9, max_iter=4)
        return model.fit(table, labels)

    return {
        "four rounds of self-training, 4,000 texts": {
            "lmbook": lambda: self_train(fit, known, targets[:N_KNOWN], others, 0.9, 4),
            "scikit-learn": theirs,
        }
    }
