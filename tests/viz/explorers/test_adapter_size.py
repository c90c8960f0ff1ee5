"""The size of an adapter: the page counts what the package trains."""

import json
from pathlib import Path

import pytest

from lmbook.adapt.adapters import add_adapters
from lmbook.adapt.freeze import n_trainable
from lmbook.adapt.lora import LoRAConfig, add_lora
from lmbook.adapt.prompts import add_prefix, add_prompt
from lmbook.adapt.rescaling import add_ia3
from lmbook.models.bert import Bert, BertConfig
from lmbook.viz.explorers import adapter_size
from lmbook.viz.explorers.adapter_size import AdapterSizeExplorer

SCRIPT = Path(adapter_size.__file__).parent / "adapter_size.js"
SIZES = {"d_model": 8, "d_ff": 12, "n_layers": 2}
EVERY = ("query", "key", "value", "attention.output", "up", "down")
ADD = [
    lambda e: add_lora(e, LoRAConfig(rank=4)),
    lambda e: add_lora(e, LoRAConfig(rank=4, targets=EVERY)),
    lambda e: add_adapters(e, 4),
    lambda e: add_prefix(e, 4),
    lambda e: add_prompt(e, 4),
    add_ia3,
    lambda e: None,
]


def encoder():
    return Bert(BertConfig(**SIZES, vocab_size=20, n_positions=16, n_heads=2))


@pytest.mark.parametrize("method", range(len(ADD)))
def test_the_page_counts_what_the_package_trains(run_js, method):
    model = encoder()
    total = n_trainable(model)
    ADD[method](model)
    sizes = json.dumps(SIZES | {"n_total": total})
    assert run_js(f"learned({sizes}, {method}, 4)") == n_trainable(model)
    assert len(run_js("names")) == len(ADD)


def test_the_cost_by_hand(run_js):
    sizes = json.dumps(SIZES | {"n_total": 10_000})
    # 2 blocks, 2 matrices, rank 1, 8 + 8
    found = run_js(f"cost({sizes}, 0, 1, 10)")
    assert found == {
        "n": 64,
        "share": 0.0064,
        "training": 12 * 64,
        "stored": 4 * (10_000 + 640),
        "copies": 400_000,
    }
    assert run_js(f"cost({sizes}, 6, 1, 3).stored") == 120_000
    assert run_js(f"describe(cost({sizes}, 0, 1, 10), 10)") == (
        "64 numbers learn, 0.64 % of the encoder. Gradients and AdamW's averages: 768 bytes. "
        "10 tasks: 42.6 kB on disk, against 400 kB for copies of the encoder."
    )


def test_bytes_have_the_unit_that_fits(run_js):
    assert run_js("[0, 999, 1000, 12345678, 5e9].map(bytes)") == [
        *("0 bytes", "999 bytes", "1 kB", "12.3 MB", "5 GB")
    ]


def test_the_repr_is_short():
    explorer = AdapterSizeExplorer(**SIZES, n_total=10_000)
    assert repr(explorer) == "AdapterSizeExplorer(2 layers of d_model 8)"


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="n_layers=0 is below 1"):
        AdapterSizeExplorer(**SIZES | {"n_layers": 0}, n_total=10_000)
    with pytest.raises(ValueError, match="n_total=10 is below 896"):
        AdapterSizeExplorer(**SIZES, n_total=10)
