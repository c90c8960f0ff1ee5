"""One label for a text: a pre-trained encoder, a new head, and what turns texts into batches.

A row holds a text between the tokens that begin and end it: [CLS] and [SEP], or <s> and </s>.
"""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from jaxtyping import Bool, Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.regularizers import Regularizer, regularized
from lmbook.arguments import check_tensor, check_texts, check_whole
from lmbook.models.bert import Bert, initialize
from lmbook.models.heads import SequenceClassifier
from lmbook.models.storage import load_model, save_model
from lmbook.tasks.text_batches import map_rows, text_batches
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.feed import Batch
from lmbook.training.history import History
from lmbook.training.loop import train
from lmbook.training.optim import Rates
from lmbook.training.pretraining import special_ids
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import FollowUp, OptimizerConfig
from lmbook.zoo.checkpoints import Tokenizer

_TOKENIZERS = {"bpe": BPETokenizer, "wordpiece": WordPieceTokenizer}  # by kind in their file
_HEAD_FILE, _LABELS_FILE, _TOKENIZER_FILE = "head.safetensors", "labels.json", "tokenizer.json"


def mean_pool(
    hidden: Float[Tensor, "batch time d_model"], mask: Bool[Tensor, "batch time"]
) -> Float[Tensor, "batch d_model"]:
    """The mean of the vectors at real tokens."""
    check_tensor("mask", mask, "bool", 2)
    weights = mask[..., None].to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1)


class MeanClassifier(nn.Module):
    """Logits of ``n_labels`` from the mean vector of a text; needs no pooler.

    ``dropout`` acts on the mean. Raises ``ValueError`` for less than one label.
    """

    def __init__(self, encoder: Bert, n_labels: int, dropout: float = 0.1) -> None:
        super().__init__()
        if n_labels < 1:
            raise ValueError(f"n_labels={n_labels} is below 1")
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(encoder.config.d_model, n_labels)
        initialize(self.output)

    def forward(
        self, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch label"]:
        """Logits of the labels; arguments and errors are those of ``Bert.forward``."""
        check_tensor("ids", ids, "int", 2)
        mask = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask
        return self.output(self.dropout(mean_pool(self.encoder(ids, mask), mask)))


def classification_loss(model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats per text of a batch (ids, mask, targets)."""
    ids, mask, targets = batch
    return F.cross_entropy(model(ids, mask), targets)


_HEADS = {"mean": MeanClassifier, "first": SequenceClassifier}


class Classifier:
    """A network with its tokenizer and the names of its labels, in the order of its logits.

    ``model`` looks at the mean vector (``MeanClassifier``) or at the pooled first token
    (``SequenceClassifier``). Raises ``ValueError`` if labels repeat or are not as many as the
    logits, or if the tokenizer has another vocabulary than the encoder.
    """

    def __init__(
        self,
        model: MeanClassifier | SequenceClassifier,
        tokenizer: Tokenizer,
        labels: Sequence[str],
    ) -> None:
        check_texts("labels", labels)
        n_logits, config = model.output.out_features, model.encoder.config
        if len(set(labels)) != len(labels) or len(labels) != n_logits:
            raise ValueError(f"labels={tuple(labels)} are not {n_logits} different names")
        if tokenizer.vocab_size != config.vocab_size:
            sizes = f"{tokenizer.vocab_size}, the encoder's {config.vocab_size}"
            raise ValueError(f"tokenizer has vocab_size={sizes}: they do not belong together")
        self.model, self.tokenizer, self.labels = model.eval(), tokenizer, tuple(labels)
        self.special = special_ids(tokenizer.special_tokens)

    def encode_texts(self, texts: Sequence[str]) -> list[list[int]]:
        """A row of ids for each text, cut after ``n_positions``, the special tokens included.

        Raises ``ValueError`` if there is no text, or for one string in place of a list.
        """
        check_texts("texts", texts, some=True)
        room = self.model.encoder.config.n_positions - 2
        start, end = self.special.start, self.special.end
        return [[start, *self.tokenizer.encode(text)[:room], end] for text in texts]

    def encode_examples(
        self, texts: Sequence[str], labels: Sequence[str]
    ) -> tuple[list[list[int]], Int[Tensor, " text"]]:
        """The rows of ``encode_texts``, and the number of each label.

        Raises ``ValueError`` for labels that are missing or unknown, and as ``encode_texts``.
        """
        rows = self.encode_texts(texts)
        check_texts("labels", labels)
        if len(labels) != len(rows):
            raise ValueError(f"{len(labels)} labels for {len(rows)} texts: each text needs one")
        numbers = {label: number for number, label in enumerate(self.labels)}
        if unknown := [label for label in labels if label not in numbers]:
            raise ValueError(f"labels: {unknown[0]!r} is not one of {', '.join(self.labels)}")
        return rows, torch.tensor([numbers[label] for label in labels])

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        *,
        generator: torch.Generator,
        n_epochs: int = 3,
        lr: float = 1e-4,
        batch_size: int = 16,
        weight_decay: float = 0.0,
        regularizer: Regularizer | None = None,
        strength: int | float = 0.0,
        rates: Rates | None = None,
        validation: tuple[Sequence[str], Sequence[str]] | None = None,
        progress: bool = False,
    ) -> History:
        """Fine-tune with AdamW: a tenth of the steps warm-up, then half a cosine down to 0.

        The loss is the mean cross-entropy in nats per text, plus ``strength`` times what
        ``regularizer`` says. ``rates`` are those of ``lmbook.adapt.freeze.layer_rates``; what is
        frozen stays as it is. With ``validation``, texts and labels, the history's evaluations are
        the shares of them that are wrong after each epoch. ``generator`` draws the order of texts.

        Raises ``ValueError`` for a number below 1, a strength without a regulariser, and as
        ``encode_examples``, ``regularized`` and ``train`` do.
        """
        for name, size in {"n_epochs": n_epochs, "batch_size": batch_size}.items():
            check_whole(name, size, 1)
        if strength and regularizer is None:
            raise ValueError(f"strength={strength} needs a regularizer; it is None")
        rows, targets = self.encode_examples(texts, labels)
        n_a_pass = math.ceil(len(rows) / batch_size)
        n_steps = n_epochs * n_a_pass
        loss = classification_loss
        return train(
            self.model,
            lambda: text_batches(rows, targets, self.special.pad, batch_size, generator),
            n_steps=n_steps,
            lr=lr,
            schedule=warmup_cosine(round(0.1 * n_steps), n_steps + 1, final_factor=0.0),
            loss=loss if regularizer is None else regularized(loss, regularizer, strength),
            optimizer=OptimizerConfig(weight_decay=weight_decay, rates=rates),
            follow_up=FollowUp(
                evaluate=None if validation is None else lambda _: self.error_rate(*validation),
                every=n_a_pass,
            ),
            generator=generator,
            progress=progress,
        )

    def predict_proba(
        self, texts: Sequence[str], batch_size: int = 32
    ) -> Float[Tensor, "text label"]:
        """Probabilities of the labels, on the CPU. Raises ``ValueError`` as ``encode_texts``."""
        return self._map(texts, batch_size, lambda ids, mask: self.model(ids, mask).softmax(1))

    def predict(self, texts: Sequence[str], batch_size: int = 32) -> list[str]:
        """The most probable label of each text. Raises ``ValueError`` as ``encode_texts``."""
        return [self.labels[i] for i in self.predict_proba(texts, batch_size).argmax(1).tolist()]

    def error_rate(
        self, texts: Sequence[str], labels: Sequence[str], batch_size: int = 32
    ) -> float:
        """The share of texts whose most probable label is not the given one.

        Raises ``ValueError`` as ``encode_examples``.
        """
        _, targets = self.encode_examples(texts, labels)
        found = self.predict_proba(texts, batch_size).argmax(1)
        return (found != targets).double().mean().item()

    def features(self, texts: Sequence[str], batch_size: int = 32) -> Float[Tensor, "text d_model"]:
        """The encoder's mean vector of each text, on the CPU; errors as ``encode_texts``."""
        encoder = self.model.encoder
        return self._map(texts, batch_size, lambda ids, mask: mean_pool(encoder(ids, mask), mask))

    def save(self, folder: str | Path) -> None:
        """Write network, tokenizer and labels into ``folder``; errors as in ``save_model``."""
        folder = Path(folder)
        save_model(self.model.encoder, folder)
        save_file(self.model.output.state_dict(), folder / _HEAD_FILE)
        self.tokenizer.save(folder / _TOKENIZER_FILE)
        kind = {head: name for name, head in _HEADS.items()}[type(self.model)]
        facts = {"head": kind, "dropout": self.model.dropout.p, "labels": self.labels}
        text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
        (folder / _LABELS_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> "Classifier":
        """Read what ``save`` wrote, on the CPU. Raises ``ValueError`` for a damaged folder."""
        folder = Path(folder)
        encoder = load_model(folder)
        try:
            facts = json.loads((folder / _LABELS_FILE).read_text(encoding="utf-8"))
            kind = json.loads((folder / _TOKENIZER_FILE).read_text(encoding="utf-8"))["kind"]
            head, labels = _HEADS[facts["head"]], facts["labels"]
            model = head(encoder, len(labels), facts["dropout"])
            model.output.load_state_dict(load_file(folder / _HEAD_FILE))
            tokenizer = _TOKENIZERS[kind].load(folder / _TOKENIZER_FILE)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise ValueError(f"{folder} does not hold a classifier: {error!r}") from error
        return cls(model, tokenizer, labels)

    @torch.no_grad()
    def _map(
        self,
        texts: Sequence[str],
        batch_size: int,
        function: Callable[[Tensor, Tensor], Tensor],
    ) -> Tensor:
        """One row a text, in their order."""
        device = self.model.eval().output.weight.device
        return map_rows(function, self.encode_texts(texts), self.special.pad, batch_size, device)
