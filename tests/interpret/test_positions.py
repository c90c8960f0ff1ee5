"""One position for all: what stays of a model that has lost the order of its tokens."""

import pytest
import torch

from lmbook.interpret.positions import one_position
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM

SIZES = {"vocab_size": 20, "d_model": 8, "n_layers": 1, "n_heads": 2, "d_ff": 16}
IDS = torch.tensor([[3, 4, 5, 6, 7]])
SWAPPED = torch.tensor([[4, 3, 5, 6, 7]])


def models():
    torch.manual_seed(0)
    gpt = {**SIZES, "n_positions": 8, "dropout": 0.0, "init_std": 0.5, "start_id": 0}
    llama = {**SIZES, "n_positions": 8, "n_kv_heads": 2, "start_id": 0}
    found = {
        "table": GPT(GPTConfig(**gpt)),
        "rotary": GPT(GPTConfig(**gpt, rotary_base=100.0)),
        "llama": Llama(LlamaConfig(**llama)),
    }
    with torch.no_grad():  # Llama's first weights are too small for its attention to choose
        for parameter in found["llama"].parameters():
            if parameter.dim() > 1:
                parameter.mul_(25)
    return found


@pytest.mark.parametrize("name", models())
@torch.no_grad()
def test_two_earlier_tokens_may_change_places_where_there_is_one_position(name):
    model = models()[name].eval()
    same = one_position(model)
    assert torch.allclose(same(IDS)[0][:, -1], same(SWAPPED)[0][:, -1], atol=1e-5)
    assert not torch.allclose(model(IDS)[0][:, -1], model(SWAPPED)[0][:, -1], atol=1e-5)


@pytest.mark.parametrize("name", models())
@torch.no_grad()
def test_the_model_itself_stays_as_it_was(name):
    model = models()[name].eval()
    before = model(IDS)[0]
    one_position(model)
    assert torch.equal(model(IDS)[0], before)


def test_the_vector_is_the_mean_of_the_table():
    model = models()["table"]
    with torch.no_grad():
        model.positions.weight.copy_(torch.arange(8.0)[:, None].expand(8, 8))  # mean 3.5
    assert torch.equal(one_position(model).positions.weight, torch.full((8, 8), 3.5))


def test_a_model_without_positions_is_refused():
    model = RecurrentLM(RecurrentConfig(vocab_size=20, d_model=8, d_hidden=8))
    with pytest.raises(ValueError, match="RecurrentLM has no table of positions"):
        one_position(model)
