"""Two towers, one for pictures and one for text, that meet in one space.

Each row of a batch is a pair; its negatives are the other rows. Source: Radford et al. (2021),
whose loss is the InfoNCE of van den Oord et al. (2018) in both directions.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_tensor, check_whole

MAX_LOG_SCALE = math.log(100)  # section 2.5: larger scales made training unstable


def clip_loss(logits: Float[Tensor, "image text"]) -> Float[Tensor, ""]:
    """The mean of two cross-entropies, in nats: of texts given pictures and the other way round.

    ``logits`` are similarities times a scale; pair i stands at [i, i]. Chance is the logarithm of
    the batch size. Raises ``ValueError`` for a matrix that is empty or not square.
    """
    pairs = torch.arange(_n_pairs("logits", logits), device=logits.device)
    return (F.cross_entropy(logits, pairs) + F.cross_entropy(logits.T, pairs)) / 2


def recall_of_pairs(similarity: Float[Tensor, "image text"], k: int) -> Float[Tensor, " image"]:
    """1.0 for each picture whose own text is among its ``k`` most similar ones.

    The mean is recall@k of finding texts; transpose for finding pictures. A text that ties with
    the right one counts as better, so that a constant matrix scores 0. Raises ``ValueError`` as
    ``clip_loss``, and for ``k`` < 1.
    """
    check_whole("k", k, 1)
    n_pairs = _n_pairs("similarity", similarity)
    right = similarity.diagonal()[:, None]
    itself = torch.eye(n_pairs, dtype=torch.bool, device=similarity.device)
    n_better = ((similarity >= right) & ~itself).sum(1)
    return (n_better < k).to(similarity.dtype)


class TwoTowers(nn.Module):
    """Encoders of pictures and of texts, each with a matrix into the space that they share.

    ``image`` and ``text`` give a vector of ``d_image`` and ``d_text`` entries a row. The learned
    scale of the similarities begins at 1/``temperature``.
    """

    def __init__(
        self,
        image: nn.Module,
        text: nn.Module,
        d_image: int,
        d_text: int,
        d_shared: int,
        temperature: float = 0.07,
    ) -> None:
        super().__init__()
        for name, size in (("d_image", d_image), ("d_text", d_text), ("d_shared", d_shared)):
            check_whole(name, size, 1)
        if temperature <= 0:
            raise ValueError(f"temperature={temperature} is not above 0")
        self.image, self.text = image, text
        self.project_image = nn.Linear(d_image, d_shared, bias=False)
        self.project_text = nn.Linear(d_text, d_shared, bias=False)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))

    @property
    def scale(self) -> Float[Tensor, ""]:
        """The factor of the similarities, at most 100."""
        return self.log_scale.clamp(max=MAX_LOG_SCALE).exp()

    def embed_images(self, images: Tensor) -> Float[Tensor, "image d_shared"]:
        """A vector of length 1 for each picture."""
        return F.normalize(self.project_image(self.image(images)), dim=-1)

    def embed_texts(self, texts: Tensor) -> Float[Tensor, "text d_shared"]:
        """A vector of length 1 for each text, in the form that the text's tower reads."""
        return F.normalize(self.project_text(self.text(texts)), dim=-1)

    def forward(self, images: Tensor, texts: Tensor) -> Float[Tensor, "image text"]:
        """The scaled cosine of every picture with every text: the logits of ``clip_loss``."""
        return self.scale * self.embed_images(images) @ self.embed_texts(texts).T


def _n_pairs(name: str, matrix: Tensor) -> int:
    check_tensor(name, matrix, "float", 2)
    rows, columns = matrix.shape
    if rows != columns or not rows:
        raise ValueError(f"{name} has shape {(rows, columns)}: pairs need a square matrix")
    return rows
