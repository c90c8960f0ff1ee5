"""Lenses: what would the network say if it stopped after an earlier block?

The logit lens reads every depth of the residual stream by the last norm and the output layer
(nostalgebraist, 2020). The tuned lens first maps each depth to what the stream looks like at the
end (Belrose et al., 2023); there the map is trained on the KL divergence of the predictions, here
it is the least-squares solution, which needs no training.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_type
from lmbook.interpret.capture import Decoder
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama

Stream = Float[Tensor, "depth batch time d_model"]
LogProbs = Float[Tensor, "depth batch time vocab"]


@torch.no_grad()
def logit_lens(model: Decoder, stream: Stream) -> LogProbs:
    """Log-probabilities of the next token, read from each depth of a residual stream.

    ``stream`` is that of ``lmbook.interpret.capture.residual_stream``; its last depth gives the
    model's own prediction. Raises ``ValueError`` for another kind of model, and another width of
    the stream.
    """
    check_type("model", model, GPT, Llama)
    check_tensor("stream", stream, "float", 4)
    if stream.shape[-1] != model.config.d_model:
        raise ValueError(f"stream is {stream.shape[-1]} wide, not d_model={model.config.d_model}")
    logits = [model.logits(model.norm(at_depth)) for at_depth in stream]
    return torch.stack(logits).log_softmax(-1)


@dataclass(frozen=True, kw_only=True)
class TunedLens:
    """An affine map from each depth of the residual stream to the last one."""

    weight: Float[Tensor, "depth d_model d_model"]
    bias: Float[Tensor, "depth d_model"]

    @torch.no_grad()
    def translate(self, stream: Stream) -> Stream:
        """The stream at each depth, as it is expected to look at the end.

        Raises ``ValueError`` for another number of depths or another width.
        """
        check_tensor("stream", stream, "float", 4)
        n_depths, width = self.bias.shape
        if (len(stream), stream.shape[-1]) != (n_depths, width):
            wanted = f"{n_depths} depths of width {width}"
            raise ValueError(f"stream has {len(stream)} of width {stream.shape[-1]}, not {wanted}")
        return torch.einsum("lbti,lji->lbtj", stream, self.weight) + self.bias[:, None, None]

    def log_probs(self, model: Decoder, stream: Stream) -> LogProbs:
        """As ``logit_lens``, from the translated stream."""
        return logit_lens(model, self.translate(stream))


@torch.no_grad()
def fit_tuned_lens(stream: Stream, penalty: float = 1e-3) -> TunedLens:
    """The affine maps that bring each depth nearest to the last one, in squared distance.

    The matrices are pulled towards the identity by ``penalty`` · ‖matrix - identity‖² beside the
    mean squared distance, so a depth with nothing to explain is left as it is. Raises
    ``ValueError`` for a stream without vectors, or a penalty that is not above 0.
    """
    check_tensor("stream", stream, "float", 4)
    check_number("penalty", penalty)
    if penalty <= 0:
        raise ValueError(f"penalty={penalty} is not above 0")
    depths = stream.flatten(1, 2).cpu().double()  # not every device has float64
    if depths.shape[1] == 0:
        raise ValueError(f"stream of shape {tuple(stream.shape)} holds no vectors")
    means = depths.mean(1, keepdim=True)
    x, rest = depths - means, depths[-1:] - means[-1:] - (depths - means)
    n, width = depths.shape[1:]
    identity = torch.eye(width, dtype=x.dtype, device=x.device)
    # the minimum over the change D = matrix - 1 of the mean of (rest - D x)² + penalty · ‖D‖²
    change = torch.linalg.solve(x.mT @ x / n + penalty * identity, x.mT @ rest / n).mT
    weight = identity + change
    bias = means[-1] - torch.einsum("lji,li->lj", weight, means[:, 0])
    return TunedLens(weight=weight.to(stream), bias=bias.to(stream))
