"""RoBERTa: BERT trained longer and without segments; in the model itself only positions differ.

Source: Liu et al. (2019); the count of positions is that of the published code (fairseq).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.models import bert
from lmbook.models.bert import Bert, BertConfig, initialize


@dataclass(frozen=True, kw_only=True)
class RobertaConfig(BertConfig):
    """Sizes of a RoBERTa; the defaults are the published RoBERTa base, which has no pooler.

    ``n_positions`` is the longest sequence; the table of positions has ``pad_id + 1`` rows more.
    """

    vocab_size: int = 50_265
    n_types: int = 1
    layer_norm_eps: float = 1e-5
    pad_id: int = 1
    pooler: bool = False


class Roberta(Bert):
    """BERT whose first real token has position ``pad_id + 1``; padding has ``pad_id``."""

    def __init__(self, config: RobertaConfig) -> None:
        super().__init__(config)
        n_rows = config.n_positions + config.pad_id + 1
        self.positions = nn.Embedding(n_rows, config.d_model, padding_idx=config.pad_id)
        initialize(self.positions)

    def position_ids(
        self, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None
    ) -> Int[Tensor, "_ time"]:
        """Rows of the position table: real tokens are counted, padding gets ``pad_id``."""
        check_tensor("ids", ids, "int", 2)
        real = torch.ones_like(ids) if mask is None else mask.long()
        return real.cumsum(dim=1) * real + self.config.pad_id


HF_NAMES = {ours: theirs.replace("bert.", "roberta.", 1) for ours, theirs in bert.HF_NAMES.items()}
"""Our names and those of transformers' RobertaForMaskedLM, with "roberta." for "bert."."""
