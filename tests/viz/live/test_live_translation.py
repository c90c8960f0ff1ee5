"""The live translator: the page's logits, words and weights are those of the package."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.models.transformer import Transformer
from lmbook.tasks.translators import load_translator
from lmbook.viz.live.base import ENGINE, engine
from lmbook.viz.live.bundles import TRANSLATOR, translator_bundle
from lmbook.viz.live.stock import content_of
from lmbook.viz.live.translation import LiveTranslation

TEXTS = ["Tom is a lawyer.", "I don't know.", "¿Ünïcode 你好?", "Where is the station?"]
SCRIPT = engine((*ENGINE, "encoder_decoder"))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("translator") / "translator.safetensors"
    file.write_bytes(translator_bundle())
    return str(file)


def test_the_logits_are_those_of_the_package(path, run_engine):
    translator = load_translator()
    source = [*translator.tokenizer.encode(TEXTS[0]), translator.tokenizer.eos_id]
    target = [translator.model.config.start_id, 300, 17, 412]
    assert isinstance(translator.model, Transformer)
    with torch.no_grad():
        expected = translator.model(torch.tensor([source]), torch.tensor([target]))[0]
    code = """(() => {
      const { model } = openModel(readFileSync(given.path));
      const state = model.start(given.source);
      return given.target.map((id) => Array.from(model.step(state, id)));
    })()"""
    given = {"path": path, "source": source, "target": target}
    found = torch.tensor(run_engine(code, given, script=SCRIPT))
    assert_close(found, expected, atol=1e-3, rtol=0)


def test_the_translations_are_those_of_the_package(path, run_engine):
    code = """given.texts.map((text) => {
      const opened = openModel(readFileSync(given.path));
      const { tokenizer } = opened;
      return tokenizer.decode(translateIds(opened, tokenizer.encode(text), 48).ids);
    })"""
    found = run_engine(code, {"path": path, "texts": TEXTS}, script=SCRIPT)
    assert found == load_translator().translate(TEXTS)


def test_the_stored_weights_and_probabilities_are_what_the_page_computes(path, run_engine):
    example = LiveTranslation(TEXTS[0]).example
    code = """(() => {
      const opened = openModel(readFileSync(given.path));
      const found = translateIds(opened, opened.tokenizer.encode(given.text), 48);
      return { ...found, stored: given.weights.map(unpackedRows) };
    })()"""
    given = {"path": path, "text": TEXTS[0], "weights": example["weights"]}
    found = run_engine(code, given, script=str(LiveTranslation._esm))
    assert found["probabilities"] == pytest.approx(example["probabilities"], abs=1e-3)
    assert_close(torch.tensor(found["stored"]), torch.tensor(found["weights"]), atol=1e-3, rtol=0)
    assert len(found["weights"][0]) == len(example["target"])
    assert len(found["weights"][0][0]) == len(example["source"])
    assert example["source"][-1] == "</s>"


def test_a_source_that_is_too_long_for_the_network_says_so(path, run_engine):
    code = """(() => { try {
      openModel(readFileSync(given)).model.start(Array(65).fill(5));
    } catch (error) { return error.message; } })()"""
    assert run_engine(code, path, script=SCRIPT) == "more than 64 tokens"


def test_the_page_may_load_the_translator():
    explorer = LiveTranslation(TEXTS[0])
    assert explorer.files[0]["name"] == TRANSLATOR
    assert explorer.files[0]["n_bytes"] == len(content_of(TRANSLATOR)) < 2_000_000
    assert explorer.rows()[0] == ("Spanish", explorer.example["translation"])
    assert len(explorer.rows()) == 1 + len(explorer.example["target"])


def test_what_is_shown_is_text_and_never_html():
    own = str(LiveTranslation._esm).removeprefix(engine())
    assert "innerHTML" not in own and "insertAdjacentHTML" not in own


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs 1 to 2000"),
        ("   ", "tokens, needs 1 to 60"),
        ("lawyer " * 70, "needs 1 to 60"),
        ("x" * 2001, "needs 1 to 2000"),
    ],
)
def test_no_text_and_too_much_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        LiveTranslation(text)
