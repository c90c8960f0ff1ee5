"""Token embeddings: a table with one vector a token."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_tensor


def one_hot(
    ids: Int[Tensor, "*batch"], vocab_size: int, dtype: torch.dtype = torch.float32
) -> Float[Tensor, "*batch vocab"]:
    """Vectors with a 1 at the token's id and zeros elsewhere.

    ``one_hot(ids, vocab_size) @ table`` picks the rows ``table[ids]``: a look-up is a
    matrix product that skips the zeros. Raises ``ValueError`` for an id outside the vocabulary.
    """
    check_ids(ids, vocab_size)
    return torch.eye(vocab_size, dtype=dtype, device=ids.device)[ids]


class TokenEmbedding(nn.Module):
    """A vector of ``d_model`` numbers for every token of the vocabulary.

    Entries are drawn from N(0, 1/d_model), so that a row has length about 1 for every width
    and logits made with the same table (tied weights) begin near zero. The row of ``pad_id`` is
    zero and gets no gradient. The parameter is called ``weight``, as in ``torch.nn.Embedding``.
    """

    def __init__(self, vocab_size: int, d_model: int, pad_id: int | None = None) -> None:
        super().__init__()
        for name, value in (("vocab_size", vocab_size), ("d_model", d_model)):
            if value < 1:
                raise ValueError(f"{name}={value} is less than 1")
        if pad_id is not None and not 0 <= pad_id < vocab_size:
            raise ValueError(f"pad_id={pad_id} is not in 0 … vocab_size-1={vocab_size - 1}")
        self.vocab_size, self.d_model, self.pad_id = vocab_size, d_model, pad_id
        self.weight = nn.Parameter(torch.empty(vocab_size, d_model))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the table anew, from torch's global generator."""
        nn.init.normal_(self.weight, std=1 / math.sqrt(self.d_model))
        if self.pad_id is not None:
            with torch.no_grad():
                self.weight[self.pad_id].zero_()

    def forward(self, ids: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch d_model"]:
        """The rows of ``ids``. Raises ``ValueError`` for an id outside the vocabulary."""
        check_ids(ids, self.vocab_size)
        return F.embedding(ids, self.weight, padding_idx=self.pad_id)

    def extra_repr(self) -> str:
        """The sizes, for printing."""
        return f"{self.vocab_size}, {self.d_model}, pad_id={self.pad_id}"


def check_ids(ids: Int[Tensor, "*batch"], vocab_size: int, name: str = "ids") -> None:
    """Raise ``ValueError`` for what is no tensor of ids, and that names one not below the size.

    On an accelerator, and while torch.compile traces, nothing is read: a look would stop the
    queue of kernels, which fail by themselves on a wrong id.
    """
    if torch.compiler.is_compiling():
        return
    check_tensor(name, ids, "int")
    if ids.numel() == 0 or ids.device.type != "cpu":
        return
    low, high = (bound.item() for bound in ids.aminmax())
    if low < 0 or high >= vocab_size:
        wrong = low if low < 0 else high
        raise ValueError(f"{name} holds {wrong}, outside 0 … vocab_size-1={vocab_size - 1}")
