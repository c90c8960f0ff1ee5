"""The structured perceptron: a chain that learns from its mistakes alone.

It predicts the best tags of a sentence. Where they are wrong, the features of the right tags gain 1
and those of the predicted tags lose 1. That is the CRF's gradient with the expected counts replaced
by the counts of one sequence: what is left of the expectation when all scores are multiplied by a
growing number. Source: Collins (2002).
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from lmbook.arguments import check_texts, check_type, check_whole
from lmbook.data.sets.tagging import Tagged
from lmbook.nn.crf_chain import best_paths
from lmbook.tasks.tag_features import FeatureReader


class StructuredPerceptron:
    """Weights of features and transitions; after ``fit``, their averages over all updates."""

    def __init__(self, reader: FeatureReader, tags: Sequence[str]) -> None:
        check_texts("tags", tags, some=True)
        self.reader, self.tags = reader, tuple(tags)
        self.features = torch.zeros(len(reader), len(tags))
        self.transitions = torch.zeros(len(tags), len(tags))

    def fit(
        self, sentences: Sequence[Tagged], *, generator: torch.Generator, n_epochs: int = 3
    ) -> list[int]:
        """Learn in ``n_epochs`` passes; the number of sentences that were wrong in each.

        Raises ``ValueError`` for no sentence, an unknown tag, or ``n_epochs`` below 1.
        """
        check_whole("n_epochs", n_epochs, 1)
        check_type("generator", generator, torch.Generator)
        rows = [s for s in sentences if s.words]
        if not rows:
            raise ValueError("sentences hold no word: there is nothing to learn from")
        read = [self.reader.read(s.words) for s in rows]
        targets = [self._numbers(i, s) for i, s in enumerate(rows)]
        sums = [torch.zeros_like(part) for part in (self.features, self.transitions)]
        wrong, step, n_steps = [], 0, n_epochs * len(rows)
        for _ in range(n_epochs):
            wrong.append(0)
            for i in torch.randperm(len(rows), generator=generator).tolist():
                guess = self._best(read[i])
                if guess != targets[i]:
                    wrong[-1] += 1
                    # an update counts in the average for all the steps that it is there
                    self._update(read[i], targets[i], guess, sums, (n_steps - step) / n_steps)
                step += 1
        self.features, self.transitions = sums
        return wrong

    def predict(self, rows: Sequence[Sequence[str]]) -> list[list[str]]:
        """The best tags of each row of words; an empty row has none."""
        return [
            [self.tags[i] for i in self._best(self.reader.read(row))] if len(row) else []
            for row in rows
        ]

    def _best(self, ids: Tensor) -> list[int]:
        scores = self.features[ids].sum(1)[None]
        ends = torch.zeros(len(self.tags))
        mask = torch.ones(1, len(ids), dtype=torch.bool)
        return best_paths(scores, self.transitions, ends, ends, mask)[0].tolist()

    def _update(
        self, ids: Tensor, right: list[int], guess: list[int], sums: list[Tensor], share: float
    ) -> None:
        for features, transitions, weight in (
            (self.features, self.transitions, 1.0),
            (*sums, share),
        ):
            for tags, sign in ((right, weight), (guess, -weight)):
                columns = torch.tensor(tags)[:, None].expand_as(ids)
                change = torch.full(ids.shape, sign)
                features.index_put_((ids, columns), change, accumulate=True)
                for a, b in pairwise(tags):
                    transitions[a, b] += sign
            features[0] = 0.0  # features that training has not seen

    def _numbers(self, i: int, sentence: Tagged) -> list[int]:
        if unknown := [tag for tag in sentence.tags if tag not in self.tags]:
            raise ValueError(f"sentences[{i}]: {unknown[0]!r} is not one of {', '.join(self.tags)}")
        return [self.tags.index(tag) for tag in sentence.tags]
