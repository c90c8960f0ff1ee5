"""The engine computes what the package computes: logits, attention, gates, of every model."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from lmbook.models.heads import MaskedHead
from lmbook.nn.attention import record_attention
from lmbook.viz.live.bundles import core_of, quantize_rows
from lmbook.zoo.checkpoints import load, names

TOLERANCE = 1e-3  # of logits, from the same weights: the two add up in other orders


def live_names() -> list[str]:
    found = []
    for name in names():
        try:
            core_of(name, load(name)[0])
        except ValueError:
            continue
        found.append(name)
    return found


LIVE = live_names()
CAUSAL = [name for name in LIVE if not isinstance(load(name)[0], MaskedHead)]
MASKED = [name for name in LIVE if name not in CAUSAL]


def ids_for(model, n_tokens: int) -> list[int]:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(model.vocab_size, (n_tokens,), generator=generator).tolist()


def with_eight_bits(model):
    """The model whose matrices are the products that the page computes."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 2:
                rounded, scale = quantize_rows(parameter)
                parameter.copy_(rounded * scale[:, None])
    return model


STEPS = """(() => {
  const { model, config } = openModel(readFileSync(given.path));
  const state = model.start();
  return given.ids.map((id) => Array.from(model.step(state, id)));
})()"""


@pytest.mark.parametrize("precision", ["float16", "int8"])
@pytest.mark.parametrize("name", CAUSAL)
def test_the_logits_of_a_causal_model_are_those_of_the_package(
    name, precision, run_engine, packed_model
):
    model, _ = load(name)
    model = with_eight_bits(model) if precision == "int8" else model
    ids = ids_for(model, 40)
    with torch.no_grad():
        expected, _ = model(torch.tensor([ids]))
    found = run_engine(STEPS, {"path": packed_model(name, precision), "ids": ids})
    assert_close(torch.tensor(found), expected[0], atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("precision", ["float16", "int8"])
@pytest.mark.parametrize("name", MASKED)
def test_the_logits_of_a_masked_model_are_those_of_the_package(
    name, precision, run_engine, packed_model
):
    model, tokenizer = load(name)
    model = with_eight_bits(model) if precision == "int8" else model
    ids = torch.randint(tokenizer.vocab_size, (30,), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = model.logits(model.encoder(ids[None]))[0]
    code = """(() => {
      const { model } = openModel(readFileSync(given.path));
      return model.hidden(given.ids).map((x) => Array.from(model.logits(x)));
    })()"""
    given = {"path": packed_model(name, precision), "ids": ids.tolist()}
    assert_close(torch.tensor(run_engine(code, given)), expected, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("name", [name for name in LIVE if "gpt" in name or "bert" in name])
def test_the_attention_weights_are_those_of_the_package(name, run_engine, packed_model):
    model, tokenizer = load(name)
    ids = torch.randint(tokenizer.vocab_size, (12,), generator=torch.Generator().manual_seed(4))
    with torch.no_grad(), record_attention(model) as recorded:
        model(ids[None])
    code = """(() => {
      const { model } = openModel(readFileSync(given.path));
      const seen = { attention: [] };
      if (model.hidden) model.hidden(given.ids, seen);
      const state = model.start?.();
      const rows = given.ids.map((id) => {
        if (!state) return null;
        const now = { attention: [] };
        model.step(state, id, now);
        return now.attention;
      });
      const n = given.ids.length;
      const nLayers = model.config.n_layers;
      const nHeads = model.config.n_heads;
      const of = (layer, head, query) =>
        state ? rows[query][layer][head] : seen.attention[layer][query][head];
      const range = (m) => Array.from({ length: m }, (_, i) => i);
      return range(nLayers).map((layer) => range(nHeads).map((head) => range(n).map((query) =>
        range(n).map((key) => of(layer, head, query)[key] ?? 0))));
    })()"""
    found = run_engine(code, {"path": packed_model(name), "ids": ids.tolist()})
    assert_close(torch.tensor(found), torch.cat(recorded), atol=1e-4, rtol=0)


def test_a_fork_of_a_state_goes_its_own_way(run_engine, packed_model):
    code = """given.map((path) => {
      const { model } = openModel(readFileSync(path));
      const state = model.start();
      [5, 6, 7].forEach((id) => model.step(state, id));
      const other = model.fork(state);
      model.step(other, 9);
      const alone = model.start();
      [5, 6, 7].forEach((id) => model.step(alone, id));
      const [a, b] = [model.step(state, 8), model.step(alone, 8)];
      return a.every((value, i) => value === b[i]);
    })"""
    paths = [packed_model(name) for name in CAUSAL]
    assert run_engine(code, paths) == [True] * len(CAUSAL)


def test_more_tokens_than_positions_are_refused(run_engine, packed_model):
    code = """(() => {
      const { model } = openModel(readFileSync(given));
      const state = model.start();
      try {
        for (let i = 0; i <= model.limit; i += 1) model.step(state, 1, undefined, false);
      } catch (error) { return [error.message, model.limit]; }
    })()"""
    name = next(name for name in CAUSAL if "gpt" in name)
    said, limit = run_engine(code, packed_model(name))
    assert said == f"more than {limit} tokens"


def test_the_gates_of_an_lstm_are_those_of_its_equations(run_engine, packed_model):
    (name,) = [name for name in CAUSAL if name.startswith("lstm")][:1]
    model, _ = load(name)
    ids = ids_for(model, 6)
    code = """(() => {
      const { model } = openModel(readFileSync(given.path));
      const state = model.start();
      return given.ids.map((id) => {
        const seen = { gates: [] };
        model.step(state, id, seen, false);
        return seen.gates.map((gates) => Object.fromEntries(
          Object.entries(gates).map(([key, values]) => [key, Array.from(values)])));
      });
    })()"""
    found = run_engine(code, {"path": packed_model(name), "ids": ids})
    first = model.recurrent
    h = c = torch.zeros(model.config.d_hidden)
    for step, token in enumerate(ids):
        x = model.config.input_scale * model.embedding.weight[token]
        sums = first.weight_ih_l0 @ x + first.bias_ih_l0 + first.weight_hh_l0 @ h + first.bias_hh_l0
        i, f, g, o = sums.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        parts = [i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid(), c, h]
        layer = found[step][0]
        assert list(layer) == ["input", "forget", "candidate", "output", "cell", "hidden"]
        for key, expected in zip(layer, parts, strict=True):
            assert_close(torch.tensor(layer[key]), expected.detach(), atol=1e-4, rtol=0)


def test_halves_are_read_exactly(run_engine):
    values = np.array([0, 1, -2.5, 65504, 6e-8, 1e-4, -0.0, 0.1], dtype=np.float16)
    code = "Array.from(READERS.F16(new Uint16Array(given).buffer))"
    assert run_engine(code, values.view(np.uint16).tolist()) == values.astype(float).tolist()


def test_a_type_that_is_not_read_is_named(run_engine):
    code = """(() => {
      const tensor = { dtype: "BF16", shape: [0], data_offsets: [0, 0] };
      const header = new TextEncoder().encode(JSON.stringify({ w: tensor }));
      const bytes = new Uint8Array(8 + header.length);
      bytes[0] = header.length;
      bytes.set(header, 8);
      try { readTensors(bytes); } catch (error) { return error.message; }
    })()"""
    assert run_engine(code) == "tensor w has the unknown type BF16"
