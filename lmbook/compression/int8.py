"""Eight-bit layers: whole numbers are multiplied and summed, and one product scales the result.

A row of the input has a scale of its own, found when it arrives (dynamic quantisation), and a row
of the weight one found beforehand. Both are constant over a sum, so it is a sum of products of
whole numbers: y = s_x · s_w · Σ q_x q_w. Source: Jacob et al. (2018), section 2.2.
"""

import torch
from jaxtyping import Float, Int, Int8, Int32
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_tensor, check_type
from lmbook.compression.quantize import quantize
from lmbook.nn.embeddings import TokenEmbedding, check_ids

_TINY = torch.finfo(torch.float32).tiny


def int_matmul(
    a: Int8[Tensor, "row inner"], b: Int8[Tensor, "inner column"]
) -> Int32[Tensor, "row column"]:
    """The product of two matrices of bytes, exact, summed in 32 bits.

    32 bits hold 2³¹ / 127² = 133,152 products at least. Raises ``ValueError`` for other types of
    numbers and for sizes that do not fit.
    """
    for name, matrix in (("a", a), ("b", b)):
        check_tensor(name, matrix, "int", 2)
        if matrix.dtype != torch.int8:
            raise ValueError(f"{name} has dtype {matrix.dtype}, not torch.int8")
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"a has {a.shape[1]} columns, b has {b.shape[0]} rows")
    if a.device.type == "cpu":
        return torch._int_mm(a, b)  # pyright: ignore[reportPrivateImportUsage]
    # other devices ask for sizes of their own; in 64 bits a float is exact up to 2⁵³, and Apple's
    # GPU has none of these
    where = "cpu" if a.device.type == "mps" else a.device
    return (a.to(where).double() @ b.to(where).double()).int().to(a.device)


def quantize_inputs(
    x: Float[Tensor, "*batch column"],
) -> tuple[Int8[Tensor, "*batch column"], Float[Tensor, "*batch 1"]]:
    """Bytes from −127 to 127, and what to multiply each vector of them by."""
    check_tensor("x", x, "float")
    scale = x.abs().amax(-1, keepdim=True) / 127
    return (x / scale.clamp_min(_TINY)).round().to(torch.int8), scale


class Int8Linear(nn.Module):
    """A linear layer that multiplies bytes. It cannot learn; its bias stays in float32."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        check_type("linear", linear, nn.Linear)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        stored = quantize(linear.weight)
        self.register_buffer("codes", stored.codes)
        self.register_buffer("scale", stored.grid.scale[:, 0])
        bias = linear.bias
        self.bias = None if bias is None else nn.Parameter(bias.detach().clone(), False)

    @property
    def weight(self) -> Float[Tensor, "row column"]:
        """The weight as it acts, in float32."""
        return self.get_buffer("codes").float() * self.get_buffer("scale")[:, None]

    def forward(self, x: Float[Tensor, "*batch column"]) -> Float[Tensor, "*batch row"]:
        """As ``nn.Linear``, within the rounding of the weight and of ``x``."""
        codes, scale = quantize_inputs(x)
        sums = int_matmul(codes.reshape(-1, x.shape[-1]), self.get_buffer("codes").T)
        y = sums.view(*x.shape[:-1], -1) * scale * self.get_buffer("scale")
        return y if self.bias is None else y + self.bias


class Int8Embedding(nn.Module):
    """A table whose rows are bytes, each row with its scale."""

    def __init__(self, embedding: nn.Embedding | TokenEmbedding) -> None:
        super().__init__()
        check_type("embedding", embedding, nn.Embedding, TokenEmbedding)
        stored = quantize(embedding.weight)
        self.register_buffer("codes", stored.codes)
        self.register_buffer("scale", stored.grid.scale[:, 0])

    @property
    def weight(self) -> Float[Tensor, "row column"]:
        """The whole table, in float32."""
        return self.get_buffer("codes").float() * self.get_buffer("scale")[:, None]

    def forward(self, ids: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch column"]:
        """The rows of ``ids``. Raises ``ValueError`` for an id outside the table."""
        codes, scale = self.get_buffer("codes"), self.get_buffer("scale")
        check_ids(ids, len(codes))
        return F.embedding(ids, codes).float() * F.embedding(ids, scale[:, None])


def to_int8(model: nn.Module) -> nn.Module:
    """Put 8-bit layers in the place of all linear layers and embeddings, in place; ``model``.

    Layers that share a weight, such as a tied embedding and output, go on sharing it. Raises
    ``ValueError`` for a model that has neither kind of layer.
    """
    check_type("model", model, nn.Module)
    kinds = {nn.Linear: Int8Linear, nn.Embedding: Int8Embedding, TokenEmbedding: Int8Embedding}
    found = {name: part for name, part in model.named_modules() if type(part) in kinds}
    if not found:
        raise ValueError(f"model is a {type(model).__name__} without linear layers or embeddings")
    shared: dict[int, tuple[Tensor, Tensor]] = {}
    for name, part in found.items():
        layer = kinds[type(part)](part)  # pyright: ignore[reportArgumentType]
        both = (layer.get_buffer("codes"), layer.get_buffer("scale"))
        layer.codes, layer.scale = shared.setdefault(id(part.weight), both)
        parent, _, last = name.rpartition(".")
        setattr(model.get_submodule(parent), last, layer)
    return model


def model_bytes(model: nn.Module) -> int:
    """Bytes of all parameters and buffers; what stands in two places counts once."""
    check_type("model", model, nn.Module)
    tensors = [*model.parameters(), *model.buffers()]
    return sum({tensor.data_ptr(): tensor.nbytes for tensor in tensors}.values())
