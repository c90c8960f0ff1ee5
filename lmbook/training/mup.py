"""Maximal update parametrisation: first weights and learning rates by width.

A matrix of a wider layer adds up more products. If its entries move as far at every step as those
of a narrow one, its output moves farther, by as much as it is wider, so that the best learning
rate falls with the width. Adam's steps have the learning rate as their size whatever the gradient:
divided by the width, they move all outputs alike. Source: Yang et al. (2021), table 3.
"""

import torch
from torch import nn

from lmbook.arguments import check_type, check_whole
from lmbook.models.llama import Llama
from lmbook.training.optim import Rates


def rescale_weights(model: Llama, base_width: int) -> None:
    """From the usual first weights to those of this parametrisation, in place.

    With k = d_model / ``base_width``, the blocks' matrices become √k smaller, so that sums over
    the width keep their size, and the output layer k times smaller. Embeddings and norms stay.
    At the base width nothing changes. Raises ``ValueError`` as ``width_rates`` does.
    """
    times = _times_wider(model, base_width)
    with torch.no_grad():
        for matrix in _hidden_matrices(model):
            matrix /= times**0.5
        model.output.weight /= times


def width_rates(model: Llama, base_width: int) -> Rates:
    """Learning rates by parameter, as ``OptimizerConfig`` takes them, for Adam or AdamW.

    The blocks' matrices and the output layer learn k = d_model / ``base_width`` times more
    slowly than embeddings and norms. Raises ``ValueError`` for a model whose output layer is its
    embedding, as one matrix cannot have two rates, and a ``base_width`` below 1.
    """
    slower = [*_hidden_matrices(model), model.output.weight]
    times = _times_wider(model, base_width)
    ids = {id(parameter) for parameter in slower}
    others = [parameter for parameter in model.parameters() if id(parameter) not in ids]
    return [(slower, lambda step: 1 / times), (others, lambda step: 1.0)]


def _times_wider(model: Llama, base_width: int) -> float:
    check_type("model", model, Llama)
    check_whole("base_width", base_width, 1)
    if model.config.tied:
        raise ValueError("tied=True: embedding and output layer need rates of their own")
    return model.config.d_model / base_width


def _hidden_matrices(model: Llama) -> list[nn.Parameter]:
    return [parameter for parameter in model.blocks.parameters() if parameter.dim() == 2]
