"""Adapters that are added to an encoder on a GPU stay there, and so does a moved one."""

import copy

import pytest
import torch

from lmbook.adapt.adapters import add_adapters, add_parallel_adapters
from lmbook.adapt.freeze import train_biases
from lmbook.adapt.lora import LoRAConfig, add_lora, merge_lora, unmerge_lora, use_lora
from lmbook.adapt.lora_files import load_lora, save_lora
from lmbook.adapt.nf4 import quantize_linears
from lmbook.adapt.prompts import add_prefix, add_prompt
from lmbook.adapt.rescaling import add_ia3, merge_ia3
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import SequenceClassifier
from lmbook.tasks.classify import classification_loss
from lmbook.training.memory import step_memory
from tests.devices.pretend import pretended

SIZES = {"vocab_size": 12, "n_positions": 16, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16}
IDS = torch.tensor([[3, 4, 5, 6], [5, 3, 4, 7]])
METHODS = {
    **{
        kind: (lambda e, kind=kind: add_lora(e, LoRAConfig(rank=2, kind=kind)))
        for kind in ("lora", "rslora", "dora")
    },
    "Houlsby": lambda e: add_adapters(e, 2),
    "parallel": lambda e: add_parallel_adapters(e, 2),
    "prefix": lambda e: add_prefix(e, 2),
    "prompt": lambda e: add_prompt(e, 2),
    "prompt of tokens": lambda e: add_prompt(e, 2, torch.tensor([3, 4])),
    "(IA)³": add_ia3,
    "BitFit": train_biases,
}


@pytest.fixture(params=["cuda", "mps"])
def gpu(request):
    torch.manual_seed(0)
    with pretended(request.param) as device:
        yield device


@pytest.fixture
def classifier():
    torch.manual_seed(0)
    return SequenceClassifier(Bert(BertConfig(**SIZES)), 2)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("moved", ["before", "after"])
def test_a_step_stays_on_the_device(gpu, classifier, method, moved):
    model = classifier.to(gpu) if moved == "before" else classifier
    METHODS[method](model.encoder)
    model = model.to(gpu)
    ids = IDS.to(gpu)
    batch = ids, torch.ones_like(ids, dtype=torch.bool), torch.tensor([0, 1], device=gpu)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    found = step_memory(model, lambda: classification_loss(model, batch), optimizer)
    assert found.gradients > 0
    assert {p.device for p in model.parameters()} == {gpu}
    if method == "(IA)³":
        merge_ia3(model.encoder)
        assert model.encoder(ids).device == gpu


def test_rows_files_and_four_bits_stay_on_the_device(gpu, classifier, tmp_path):
    encoder, ids = classifier.encoder.to(gpu).eval(), IDS.to(gpu)
    plain = copy.deepcopy(encoder)
    add_lora(encoder, LoRAConfig(rank=2))
    save_lora(encoder, tmp_path)
    load_lora(encoder, tmp_path, "again")
    use_lora(encoder, ("default", "again"))
    assert encoder(ids).device == gpu
    use_lora(encoder, "again")
    merge_lora(encoder)
    unmerge_lora(encoder)
    quantize_linears(plain, ("query", "up"))
    assert plain(ids).device == gpu
    cpu = Bert(BertConfig(**SIZES))
    quantize_linears(cpu, ("query",))
    assert cpu.to(gpu)(ids).device == gpu
