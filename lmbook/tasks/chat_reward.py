"""A reward model: a causal Transformer that gives a whole conversation one number."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_several, check_tensor
from lmbook.data.batches.windows import pad_rows
from lmbook.models.causal_transformer import CausalTransformer
from lmbook.objectives.preference import reward_loss
from lmbook.tasks.chat_template import ChatRow

RewardBatch = tuple[Int[Tensor, "two time"], Int[Tensor, " two"]]


class RewardModel(nn.Module):
    """The stream at a row's last token, times a vector: the reward of the whole row.

    The vector begins at zero, so that no answer is preferred before something is learnt.
    """

    def __init__(self, body: CausalTransformer) -> None:
        super().__init__()
        self.body = body
        width = next(body.parameters()).shape[-1]
        self.output = nn.Linear(width, 1, bias=False)
        nn.init.zeros_(self.output.weight)

    def forward(
        self, ids: Int[Tensor, "batch time"], lengths: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch"]:
        """Rewards of rows padded on the right, which causal attention does not see.

        Raises ``ValueError`` for a length that is not from 1 to the number of columns.
        """
        check_tensor("ids", ids, "int", 2)
        check_tensor("lengths", lengths, "int", 1)
        if len(lengths) != len(ids) or ((lengths < 1) | (lengths > ids.shape[1])).any():
            raise ValueError(f"lengths={lengths.tolist()} do not fit ids of {tuple(ids.shape)}")
        stream = self.body.hidden(ids)
        return self.output(stream[torch.arange(len(ids)), lengths - 1])[:, 0]


def reward_batch(rows: Sequence[ChatRow], start_id: int | None = None) -> RewardBatch:
    """Rows as ids and lengths, after ``start_id``. Raises ``ValueError`` for no row."""
    check_several("rows", rows)
    if not rows:
        raise ValueError("rows is empty: there is nothing to score")
    start = [] if start_id is None else [start_id]
    return pad_rows([start + row.ids for row in rows], 0)


def pairwise_loss(model: nn.Module, batch: RewardBatch) -> Float[Tensor, ""]:
    """``reward_loss`` of a batch that holds all chosen rows, then all rejected ones."""
    return reward_loss(*model(*batch).chunk(2))
