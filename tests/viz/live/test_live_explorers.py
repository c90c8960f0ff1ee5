"""What an explorer stores is what the page computes of the same text, and what it refuses."""

import pytest
import torch

from lmbook.data.sources.packages import DataError
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.viz.live.attention import LiveAttention
from lmbook.viz.live.bits import LiveBitsPerByte
from lmbook.viz.live.bundles import bundle, quantize_rows
from lmbook.viz.live.gates import QUANTITIES, LiveGates
from lmbook.viz.live.lens import LiveLens
from lmbook.viz.live.mask import LiveFillMask
from lmbook.viz.live.next import LiveNextWords
from lmbook.viz.live.sampler import LiveSampling
from lmbook.viz.live.stock import content_of
from lmbook.viz.live.tokens import LiveTokenizers
from lmbook.zoo.checkpoints import load
from tools.site.live_models import write_models

TEXT = "To be, or not to be: that is"
CHARACTERS = BPETokenizer([], level="character", alphabet="abc")
MASKED = "to be or not to [MASK], that is the question"


def rows_of(rows, key="p"):
    return {row["piece"]: pytest.approx(row[key], abs=2e-4) for row in rows}


def test_the_stored_next_tokens_are_those_that_the_page_computes(run_engine, packed_model):
    explorer = LiveNextWords(["lstm-tiny", "gpt-tiny"], TEXT)
    code = """given.paths.map((path) =>
      nextWords({ title: "", ...openModel(readFileSync(path)) }, given.text))"""
    paths = [packed_model(name) for name in ("lstm-tiny", "gpt-tiny")]
    found = run_engine(code, {"paths": paths, "text": TEXT}, script=str(LiveNextWords._esm))
    for stored, computed in zip(explorer.example["models"], found, strict=True):
        assert computed["n"] == stored["n"]
        assert rows_of(computed["rows"]) == {row["piece"]: row["p"] for row in stored["rows"]}


@pytest.mark.parametrize("name", ["llama-tiny", "gpt-tiny"])
def test_the_stored_lens_is_what_the_page_computes(name, run_engine, packed_model):
    explorer = LiveLens(name, TEXT)
    code = "lensOf(openModel(readFileSync(given.path)), given.text)"
    given = {"path": packed_model(name), "text": TEXT}
    found = run_engine(code, given, script=str(LiveLens._esm))
    assert [depth["title"] for depth in found][:2] == ["before block 1", "after block 1"]
    for stored, computed in zip(explorer.example["depths"], found, strict=True):
        near = {row["piece"]: pytest.approx(row["p"], abs=2e-3) for row in computed["rows"]}
        assert near == {row["piece"]: row["p"] for row in stored["rows"]}


def test_the_stored_bits_are_those_that_the_page_computes(run_engine, packed_model):
    (stored,) = LiveBitsPerByte(["lstm-tiny"], TEXT).example["models"]
    code = 'scoreText({ title: "", ...openModel(readFileSync(given.path)) }, given.text)'
    given = {"path": packed_model("lstm-tiny"), "text": TEXT}
    found = run_engine(code, given, script=str(LiveBitsPerByte._esm))
    assert found["n"] == stored["n"]
    assert found["bits"] == pytest.approx(stored["bits"], abs=1e-3)
    assert found["nats"] == pytest.approx(stored["nats"], abs=1e-3)


def test_the_stored_attention_is_what_the_page_computes(run_engine, packed_model):
    example = LiveAttention("gpt-tiny", TEXT).example
    code = """(() => {
      const opened = openModel(readFileSync(given.path));
      const stored = given.weights.map((heads) => heads.map(unpacked));
      return [attentionOf(opened, opened.tokenizer.encode(given.text)), stored];
    })()"""
    given = {"path": packed_model("gpt-tiny"), "text": TEXT, "weights": example["weights"]}
    found, stored = run_engine(code, given, script=str(LiveAttention._esm))
    n = len(example["tokens"])
    assert (len(stored), len(stored[0]), len(stored[0][0])) == (len(found), len(found[0]), n)
    for layer, heads in enumerate(found):
        for head, rows in enumerate(heads):
            for row, expected in zip(rows, stored[layer][head], strict=True):
                assert row == pytest.approx(expected, abs=1e-3)


def test_the_stored_fillers_are_those_that_the_page_computes(run_engine, packed_model):
    (stored,) = LiveFillMask("bert-tiny", MASKED).example["masks"]
    code = "fillMasks(openModel(readFileSync(given.path)), given.text)"
    given = {"path": packed_model("bert-tiny"), "text": MASKED}
    (found,) = run_engine(code, given, script=str(LiveFillMask._esm))
    assert rows_of(found["rows"]) == {row["piece"]: row["p"] for row in stored["rows"]}


@pytest.mark.parametrize(
    ("quantity", "layer", "unit"),
    [(quantity, 1 + at % 2, 7 * at) for at, quantity in enumerate(QUANTITIES)],
)
def test_the_stored_gates_are_what_the_page_computes(
    quantity, layer, unit, run_engine, packed_model
):
    explorer = LiveGates("lstm-tiny", TEXT, quantity=quantity, layer=layer, unit=unit)
    code = """(() => {
      const opened = openModel(readFileSync(given.path));
      const traces = gatesOf(opened, opened.tokenizer.encode(given.text));
      const { quantity, layer, unit } = given.shown;
      const { name, key } = QUANTITIES[quantity];
      return [name, traces[layer].map((step) => step[key][unit])];
    })()"""
    shown = explorer.example["shown"]
    given = {"path": packed_model("lstm-tiny"), "text": TEXT, "shown": shown}
    name, found = run_engine(code, given, script=str(LiveGates._esm))
    assert name == quantity
    assert (shown["layer"], shown["unit"]) == (layer - 1, unit)
    assert found == pytest.approx(explorer.example["values"], abs=1e-3)


def test_the_units_that_change_most_come_first(run_engine):
    code = "liveliest([{ cell: [0, 1, 5] }, { cell: [0, 3, 6] }], 'cell', 2)"
    assert run_engine(code, script=str(LiveGates._esm)) == [1, 2]


GENERATE = """await (async () => {
  const opened = openModel(readFileSync(given.path));
  const write = (seed, settings, each = () => true) => generate(
    opened, opened.tokenizer.encode(given.text), settings,
    { n: 8, next: seededNumbers(seed), endId: -1 }, each);
  return [await write(1, {}), await write(1, {}), await write(2, {}), await write(2, { topK: 1 }),
    await write(3, { topK: 1 }), await write(1, {}, (ids) => ids.length < 3)];
})()"""


def test_a_seed_decides_the_text_and_top_1_leaves_it_no_choice(run_engine, packed_model):
    given = {"path": packed_model("gpt-tiny"), "text": TEXT}
    script = str(LiveSampling._esm)
    first, again, other, greedy, greedy_too, stopped = run_engine(GENERATE, given, script=script)
    assert first == again != other
    assert greedy == greedy_too
    assert stopped == first[:3]
    model, tokenizer = load("gpt-tiny")
    ids = tokenizer.encode(TEXT)
    for token in greedy:
        assert token == int(model.next_log_probs(torch.tensor(ids)).argmax())
        ids.append(token)


def test_the_table_of_the_sampler_says_what_is_never_drawn(run_engine):
    code = "tableOf([3, 2, 1, 0].map(Number), { topK: 2 }, (id) => `t${id}`, 3)"
    table = run_engine(code, script=str(LiveSampling._esm))
    assert [row["piece"] for row in table["rows"]] == ["t0", "t1", "t2"]
    assert (table["nKept"], table["nAll"], table["rows"][2]["p"]) == (2, 4, 0)
    # e³ : e² of what is kept
    assert table["rows"][0]["p"] == pytest.approx(0.7311, abs=1e-4)


def test_a_text_that_ends_is_not_continued(run_engine, packed_model):
    code = """await (async () => {
      const opened = openModel(readFileSync(given));
      const model = { ...opened.model, start: () => ({}), step: () => [0, 99], limit: 9 };
      const plan = { n: 8, next: () => 0.5, endId: 1 };
      const full = { n: 8, next: () => 0.5, endId: 0 };
      return [await generate({ ...opened, model }, [], {}, plan, () => true),
        await generate({ ...opened, model }, [0, 0, 0, 0, 0], {}, full, () => true)];
    })()"""
    found = run_engine(code, packed_model("lstm-tiny"), script=str(LiveSampling._esm))
    assert found == [[], [1, 1, 1, 1]]


def test_the_sampler_and_the_reprs_are_short():
    assert repr(LiveNextWords(["lstm-tiny"], TEXT)) == f"LiveNextWords(lstm-tiny: {TEXT!r})"
    sampler = LiveSampling("lstm-tiny", TEXT, seed=4)
    assert sampler.example["added"] == LiveSampling("lstm-tiny", TEXT, seed=4).example["added"]
    assert sampler.files[0]["n_bytes"] == len(bundle("lstm-tiny"))


def test_eight_bits_keep_an_entry_to_half_a_step_and_a_row_of_zeros():
    matrix = torch.tensor([[0.5, -1.27, 0.004], [0.0, 0.0, 0.0]])
    rounded, scale = quantize_rows(matrix)
    assert rounded[0].tolist() == [50, -127, 0]
    assert (matrix - rounded * scale[:, None]).abs().max() <= 0.005
    with pytest.raises(ValueError, match="matrix holds entries that are not finite"):
        quantize_rows(torch.tensor([[torch.nan]]))


def test_the_site_gets_what_runs_and_what_can_be_had_and_no_others(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tools.site.live_models.names", lambda: ["lstm-tiny", "xlnet-tiny"])

    def without_network(name):
        if name == "qwen.json":
            raise DataError("no network")
        return b"trigram" if name == "trigram" else content_of(name)

    monkeypatch.setattr("tools.site.live_models.content_of", without_network)
    (tmp_path / "old.safetensors").write_bytes(b"")
    (tmp_path / "qwen.json").write_bytes(b"")
    written = write_models(tmp_path)
    own = ["lstm-tiny.json", "lstm-tiny.safetensors"]
    others = ("passages.json", "translator.safetensors", "trigram.safetensors")
    files = ["chat.safetensors", "gpt2.json", *own, *others]
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert written[0].read_bytes() == bundle("lstm-tiny")
    assert capsys.readouterr().err == "qwen.json is left out: no network\n"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LiveNextWords([], TEXT), "names is empty"),
        (lambda: LiveNextWords("lstm-tiny", TEXT), "names"),
        (lambda: LiveNextWords(["bert-tiny"], TEXT), "name='bert-tiny' is no causal"),
        (lambda: LiveNextWords(["none"], TEXT), "name='none' is not one of"),
        (lambda: LiveNextWords(["lstm-tiny"], ""), "text has 0 characters"),
        (lambda: LiveSampling("lstm-tiny", "a" * 2001), "text has 2001 characters"),
        (lambda: LiveSampling("lstm-tiny", TEXT, seed=-1), "seed=-1"),
        (lambda: LiveLens("lstm-tiny", TEXT), "name='lstm-tiny' is no GPT or Llama"),
        (lambda: LiveAttention("lstm-tiny", TEXT), "name='lstm-tiny' is no Transformer"),
        (lambda: LiveAttention("gpt-tiny", TEXT, layer=9), "layer=9 is above"),
        (lambda: LiveAttention("gpt-tiny", TEXT, head=0), "head=0 is below 1"),
        (lambda: LiveFillMask("gpt-tiny", MASKED), "name='gpt-tiny' has no head"),
        (lambda: LiveFillMask("bert-tiny", TEXT), "holds no \\[MASK\\]"),
        (lambda: LiveGates("gru-tiny", TEXT), "name='gru-tiny' is no LSTM"),
        (lambda: LiveGates("trigram", TEXT), "name='trigram' is no LSTM"),
        (lambda: LiveGates("lstm-tiny", TEXT, quantity="c"), "quantity='c' is not one of cell"),
        (lambda: LiveGates("lstm-tiny", TEXT, layer=3), "layer=3 is above 2"),
        (lambda: LiveGates("lstm-tiny", TEXT, layer=0), "layer=0 is below 1"),
        (lambda: LiveGates("lstm-tiny", TEXT, unit=240), "unit=240 is above 239"),
        (lambda: LiveTokenizers({"a": "gpt9"}, TEXT), "name='gpt9' is no tokenizer that"),
        (lambda: LiveBitsPerByte(["bert-tiny"], TEXT), "name='bert-tiny' is no causal"),
        (
            lambda: LiveBitsPerByte(["lstm-tiny"], TEXT, ["roberta-tiny"]),
            "name='roberta-tiny' is no",
        ),
        (lambda: LiveTokenizers({}, TEXT), "tokenizers is empty"),
        (lambda: LiveTokenizers({"a": CHARACTERS}, TEXT), "level='character' is not implemented"),
        (lambda: bundle("xlnet-tiny"), "name='xlnet-tiny' is of a family that is not one of"),
        (lambda: bundle("lstm-tiny", "int4"), "precision='int4' is not one of"),
    ],
)
def test_what_makes_no_explorer_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_models_that_weigh_too_much_for_a_page_are_refused(monkeypatch):
    n_bytes = len(bundle("lstm-tiny"))
    monkeypatch.setattr("lmbook.viz.live.base.MOST_BYTES", n_bytes)
    assert LiveNextWords(["lstm-tiny"], TEXT).files[0]["n_bytes"] == n_bytes
    monkeypatch.setattr("lmbook.viz.live.base.MOST_BYTES", n_bytes - 1)
    with pytest.raises(ValueError, match=f"take {n_bytes} bytes, the limit is {n_bytes - 1}"):
        LiveNextWords(["lstm-tiny"], TEXT)
