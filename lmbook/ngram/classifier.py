"""A classifier made of language models: one model a class, and Bayes' rule.

At order 1 this is multinomial naive Bayes. Sources: McCallum and Nigam (1998) for order 1;
Peng, Schuurmans and Wang (2004) for longer n-grams.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_several, check_type, each_text
from lmbook.data.sets.tasks import Example
from lmbook.language_model import LanguageModel
from lmbook.ngram.counts import NgramCounts, count_ngrams
from lmbook.tokenizers.base import Tokenizer


class ClassConditionalClassifier:
    """argmax over y of log P(y) + log P(text | y), with a language model P(· | y) for each class y.

    All models share one tokenizer: with vocabularies of their own they would give probabilities
    of unlike events, and the one with the fewest words would win too often. ``labels`` is in
    alphabetical order, as are the columns of every result. ``with_eos`` scores the end of the
    text too, so that its length counts; naive Bayes as usually stated leaves it out.

    Raises ``ValueError`` for models and priors that name different classes, fewer than two
    classes, or vocabularies of different sizes.
    """

    def __init__(
        self,
        models: Mapping[str, LanguageModel],
        log_priors: Mapping[str, float],
        tokenizer: Tokenizer,
        with_eos: bool = False,
    ) -> None:
        if len(models) < 2 or models.keys() != log_priors.keys():
            raise ValueError(
                f"models has the classes {sorted(models)}, log_priors {sorted(log_priors)}: "
                "both need the same two or more"
            )
        sizes = {label: model.vocab_size for label, model in models.items()}
        if set(sizes.values()) != {tokenizer.vocab_size}:
            raise ValueError(
                f"vocab_size={tokenizer.vocab_size} is not that of the models: {sizes}"
            )
        self.labels = tuple(sorted(models))
        self.models = dict(models)
        self.log_priors = torch.tensor([log_priors[y] for y in self.labels], dtype=torch.float64)
        self.tokenizer = tokenizer
        self.with_eos = with_eos

    @classmethod
    def train(
        cls,
        examples: Iterable[Example],
        tokenizer: Tokenizer,
        smoothing: Callable[[NgramCounts], LanguageModel],
        order: int = 1,
        with_eos: bool = False,
    ) -> "ClassConditionalClassifier":
        """Count n-grams for each class and smooth them; a prior is the class's share of examples.

        Raises ``ValueError`` for fewer than two classes, and what ``smoothing`` raises.
        """
        sequences: dict[str, list[list[int]]] = {}
        check_several("examples", examples)
        for i, example in enumerate(examples):
            check_type(f"examples[{i}]", example, Example)
            ids = _encode(tokenizer, example.text, with_eos)
            sequences.setdefault(example.label, []).append(ids)
        models = {
            label: smoothing(count_ngrams(of_class, order, tokenizer.vocab_size))
            for label, of_class in sequences.items()
        }
        sizes = Counter({label: len(of_class) for label, of_class in sequences.items()})
        log_priors = {label: math.log(n / sizes.total()) for label, n in sizes.items()}
        return cls(models, log_priors, tokenizer, with_eos)

    def log_likelihoods(self, texts: Sequence[str]) -> Float[Tensor, "text label"]:
        """log P(text | y) in nats; 0 for a text without tokens, -inf where a model says so.

        Raises ``ValueError`` for one string in place of several texts.
        """
        rows = [_encode(self.tokenizer, t, self.with_eos) for t in each_text("texts", texts)]
        lengths = torch.tensor([len(row) for row in rows])
        ids = torch.zeros(len(rows), int(lengths.max()) if rows else 0, dtype=torch.long)
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        ids[real] = torch.tensor([i for row in rows for i in row], dtype=torch.long)
        # padding stands to the right, and a prefix cannot see what follows it
        scores = [self.models[y].log_probs(ids).double().masked_fill(~real, 0) for y in self.labels]
        return torch.stack([score.sum(dim=1) for score in scores], dim=1)

    def log_posteriors(self, texts: Sequence[str]) -> Float[Tensor, "text label"]:
        """log P(y | text) in nats, by Bayes' rule; each row of its exponentials sums to one.

        A text that every class calls impossible gets the prior: its likelihood compares nothing.
        """
        joint = self.log_likelihoods(texts) + self.log_priors
        joint = torch.where(joint.isneginf().all(dim=1, keepdim=True), self.log_priors, joint)
        return joint.log_softmax(dim=1)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The most probable class of each text; on a tie the first in alphabetical order."""
        return [self.labels[i] for i in self.log_posteriors(texts).argmax(dim=1).tolist()]


def _encode(tokenizer: Tokenizer, text: str, with_eos: bool) -> list[int]:
    return [*tokenizer.encode(text), tokenizer.eos_id] if with_eos else list(tokenizer.encode(text))
