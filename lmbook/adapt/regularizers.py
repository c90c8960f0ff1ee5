"""What keeps fine-tuning near the pre-trained model: L = L_task + λ · L_reg.

A regulariser is a function of the model and the batch, as the loss of a task is. It is made once
from the pre-trained model and serves any number of runs: it knows the model that is trained only
by its ``encoder``, whose parameters have the names of before. What has another name is new.

=============  ==================================================================================
WeightDecay    weights stay near 0
L2SP           weights stay near where they began
OutputKL       what the pre-trained model answered to the texts of the task stays as it was
AuxiliaryLM    the pre-trained model's own task goes on, on the texts of the task
=============  ==================================================================================
"""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from lmbook.adapt.freeze import encoder_of
from lmbook.arguments import as_ids, check_id, check_number, check_tensor, check_type
from lmbook.models.bert import Bert
from lmbook.models.heads import MaskedHead
from lmbook.objectives.masked import mask_tokens

Batch = Sequence[Tensor]  # ids, the mask of real tokens, … and the targets last
Loss = Callable[[nn.Module, Batch], Tensor]
Regularizer = Callable[[nn.Module, Batch], Tensor]


def regularized(loss: Loss, regularizer: Regularizer, strength: int | float) -> Loss:
    """L_task + λ · L_reg, with ``strength`` for λ; at 0 the task's loss itself.

    Raises ``ValueError`` for a strength that is negative or not a number.
    """
    if not strength >= 0:
        raise ValueError(f"strength={strength} is not at least 0")
    if strength == 0:
        return loss
    return lambda model, batch: loss(model, batch) + strength * regularizer(model, batch)


class WeightDecay:
    """½ Σ θ², over all entries of the matrices: an L2 penalty, whose gradient is θ.

    Vectors are left out, as in ``parameter_groups``, and so is what is frozen. With SGD this is
    the optimiser's weight decay; with Adam it is not, as Adam divides this gradient, too, by the
    gradients' size, and AdamW's decay is not in the loss. Source: Loshchilov and Hutter (2019).
    """

    def __call__(self, model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
        """The penalty in its own units, whatever the batch."""
        return _half_square(_matrices(model.parameters()), _zero(model))


class L2SP:
    """½ Σ (θ − θ⁰)² over the pre-trained parameters, and ``new_weight`` · ½ Σ θ² over new matrices.

    ``pretrained`` is the encoder with its weights of the beginning, θ⁰, which are copied. Its
    vectors count: a bias that stays near its own value is not silenced. SP is "starting point".
    Source: Li et al. (2018), where λ and λ · ``new_weight`` are called α and β.

    Raises ``ValueError`` for a negative ``new_weight``.
    """

    def __init__(self, pretrained: Bert, new_weight: int | float = 1.0) -> None:
        if not new_weight >= 0:
            raise ValueError(f"new_weight={new_weight} is not at least 0")
        self.start = {name: p.detach().clone() for name, p in pretrained.named_parameters()}
        self.new_weight = new_weight

    def __call__(self, model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
        """The penalty. Raises ``ValueError`` if the model's encoder lacks one of the parameters."""
        present = dict(encoder_of(model).named_parameters())
        _check_names(self.start, present)
        known = {id(present[name]) for name in self.start}
        new = _matrices(p for p in model.parameters() if id(p) not in known)
        moved = [
            present[name] - start.to(present[name].device)
            for name, start in self.start.items()
            if present[name].requires_grad
        ]
        zero = _zero(model)
        return _half_square(moved, zero) + self.new_weight * _half_square(new, zero)


class TokenAnswers(nn.Module):
    """What stands at each chosen place? The masked language model's own answer, in logits."""

    def __init__(self, pretrained: MaskedHead) -> None:
        super().__init__()
        self.encoder = pretrained.encoder
        self.head = pretrained

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        mask: Bool[Tensor, "batch time"],
        chosen: Bool[Tensor, "batch time"],
    ) -> Float[Tensor, "place vocab"]:
        """Logits of the vocabulary; ``mask`` is True for real tokens."""
        _check_places(ids, mask, chosen)
        return self.head.logits(self.encoder(ids, mask)[chosen])


class SimilarityAnswers(nn.Module):
    """Which other text of the batch is most like this one? For an encoder without a token head.

    The logits are ``scale`` times the cosines of mean vectors, as in contrastive training; a text
    is not compared with itself. Raises ``ValueError`` for a ``scale`` that is not above 0.
    """

    def __init__(self, encoder: Bert, scale: int | float = 20.0) -> None:
        super().__init__()
        if not scale > 0:
            raise ValueError(f"scale={scale} is not above 0")
        self.encoder, self.scale = encoder, scale

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        mask: Bool[Tensor, "batch time"],
        chosen: Bool[Tensor, "batch time"],
    ) -> Float[Tensor, "batch others"]:
        """Logits of the other texts; the mean of a text is over its ``chosen`` places."""
        _check_places(ids, mask, chosen)
        weights = chosen[..., None].float()
        means = (self.encoder(ids, mask) * weights).sum(1) / weights.sum(1)
        unit = F.normalize(means, dim=1)
        cosines = unit @ unit.T
        others = ~torch.eye(len(ids), dtype=torch.bool, device=ids.device)
        return self.scale * cosines[others].view(len(ids), len(ids) - 1)


class OutputKL:
    """Mean over answers of D(p⁰ ‖ p) = Σ p⁰ (log p⁰ − log p), in nats: how far answers have moved.

    p⁰ is the softmax of what the pre-trained ``answers`` say to the texts of the batch, p that of
    the same network with the present weights of the encoder; whatever else it has stays as it was.
    ``TokenAnswers`` answers at every real token. Dropout does not act on either. Source: the idea
    is Li and Hoiem's (2016), whose network answers its old task on images of the new one.
    """

    def __init__(self, answers: TokenAnswers | SimilarityAnswers) -> None:
        self.frozen = _frozen_copy(answers)

    def __call__(self, model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
        """The divergence. Raises ``ValueError`` if the model's encoder is another one's."""
        ids, mask = batch[0], batch[1]
        encoder = encoder_of(model)
        frozen = self.frozen.to(ids.device)
        with torch.no_grad():
            old = F.log_softmax(frozen(ids, mask, mask), dim=1)
        new = F.log_softmax(_with_present_weights(frozen, encoder, (ids, mask, mask)), dim=1)
        return F.kl_div(new, old, reduction="sum", log_target=True) / len(old)


class AuxiliaryLM:
    """The masked loss on the batch's own texts, in nats per predicted token.

    Its head is the one of ``pretrained`` and stays as it is, but for the output embedding, which
    is the encoder's. Dropout does not act on it. A batch without a usable token gives 0. Source:
    Radford et al. (2018), section 3.2, with the causal loss.

    Masks are drawn by ``generator`` as in ``choose_positions``; ``special_ids`` and the padding
    are never chosen. Raises ``ValueError`` for a ``mask_id`` or special id outside the vocabulary
    and a ``rate`` that is not between 0 and 1.
    """

    def __init__(
        self,
        pretrained: MaskedHead,
        generator: torch.Generator,
        *,
        mask_id: int,
        special_ids: Collection[int],
        rate: float = 0.15,
    ) -> None:
        self.frozen = _frozen_copy(TokenAnswers(pretrained))
        self.config = pretrained.encoder.config
        check_type("generator", generator, torch.Generator)
        check_id("mask_id", mask_id, self.config.vocab_size)
        check_number("rate", rate, 0.0, 1.0)
        self.generator, self.mask_id, self.rate = generator, mask_id, rate
        special_ids = as_ids("special_ids", special_ids, self.config.vocab_size)
        self.special_ids = {*special_ids, self.config.pad_id}

    def __call__(self, model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
        """The loss. Raises ``ValueError`` if the model's encoder is another one's."""
        ids, mask = batch[0], batch[1]
        inputs, targets = mask_tokens(
            ids.cpu(),
            self.generator,
            mask_id=self.mask_id,
            vocab_size=self.config.vocab_size,
            special_ids=self.special_ids,
            rate=self.rate,
        )
        inputs, targets = inputs.to(ids.device), targets.to(ids.device)
        chosen = targets >= 0
        frozen = self.frozen.to(ids.device)
        logits = _with_present_weights(frozen, encoder_of(model), (inputs, mask, chosen))
        return F.cross_entropy(logits, targets[chosen], reduction="sum") / max(1, len(logits))


def _check_places(ids: Tensor, mask: Tensor, chosen: Tensor) -> None:
    check_tensor("ids", ids, "int", 2)
    for name, places in (("mask", mask), ("chosen", chosen)):
        check_tensor(name, places, "bool", 2)


def _frozen_copy(answers: nn.Module) -> nn.Module:
    return copy.deepcopy(answers).eval().requires_grad_(False)


def _with_present_weights(
    frozen: nn.Module, encoder: Bert, arguments: tuple[Tensor, ...]
) -> Tensor:
    """What ``frozen`` gives when its encoder, tied tensors included, has the weights of now."""
    present = {f"encoder.{name}": p for name, p in encoder.named_parameters()}
    wanted = {name: p for name, p in frozen.named_parameters() if name.startswith("encoder.")}
    _check_names(wanted, present)
    weights: dict[str, Tensor] = {name: present[name] for name in wanted}
    # the head shares the encoder: swapped under both names, its own weights would not come back
    return functional_call(frozen, weights, arguments, tie_weights=False)


def _check_names(wanted: Mapping[str, Tensor], present: Mapping[str, Tensor]) -> None:
    for name, tensor in wanted.items():
        shape = tuple(present[name].shape) if name in present else "missing"
        if shape != tuple(tensor.shape):
            raise ValueError(
                f"model's encoder is another one: {name} is {shape}, not {tuple(tensor.shape)}"
            )


def _matrices(parameters: Iterable[nn.Parameter]) -> list[Tensor]:
    return [p for p in parameters if p.requires_grad and p.dim() >= 2]


def _half_square(tensors: Sequence[Tensor], zero: Tensor) -> Tensor:
    return sum((0.5 * tensor.square().sum() for tensor in tensors), zero)


def _zero(model: nn.Module) -> Tensor:
    return next(model.parameters()).new_zeros(())
