"""The packaged translators: what they say is what the study recorded, and files are checked."""

import pytest

from lmbook.models.seq2seq import Seq2Seq
from lmbook.models.transformer import Transformer
from lmbook.tasks import translators
from lmbook.tasks.translate import Translator
from lmbook.tasks.translators import load_translator, save_translator
from lmbook.zoo import studies
from tools.studies.translation import held_out_pairs, load_parallel

SOURCES = [english for english, _ in held_out_pairs(load_parallel("spanish", 5))]


@pytest.mark.parametrize(("kind", "made"), [("transformer", Transformer), ("recurrent", Seq2Seq)])
def test_a_translator_says_what_the_study_recorded(kind, made):
    translator = load_translator(kind)
    assert isinstance(translator.model, made) and not translator.model.training
    recorded = studies.results("translation")[f"{kind}, seed 0"]["outputs"]
    found = translator.translate(SOURCES[:100])
    # sums in another order may turn a close choice
    assert sum(a == b for a, b in zip(found, recorded[:100], strict=True)) >= 98


def test_what_is_saved_comes_back(tmp_path, monkeypatch):
    translator = load_translator("recurrent")
    monkeypatch.setattr(translators, "FOLDER", tmp_path)
    monkeypatch.setattr(translators, "TOKENIZER_FILE", tmp_path / "tokenizer.json")
    save_translator(Translator(translator.model, translator.tokenizer), "recurrent")
    assert load_translator("recurrent").translate(SOURCES[:5]) == translator.translate(SOURCES[:5])


@pytest.mark.parametrize(
    "use", [load_translator, lambda kind: save_translator(load_translator(), kind)]
)
def test_another_kind_is_refused(use):
    with pytest.raises(ValueError, match="kind='dictionary' is none of transformer, recurrent"):
        use("dictionary")


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(translators, "FOLDER", tmp_path)
    with pytest.raises(ValueError):
        load_translator()
