"""CoNLL-2003 from the hub and treebanks from the web; conftest.py plays both."""

import contextlib
import json

import pytest

from lmbook.data.sets import hub_tagged
from lmbook.data.sets.hub_tagged import TREEBANKS, load_hub_tagged
from lmbook.data.sets.tagging import Tagged, TaggedSet
from lmbook.data.sources.packages import DataError

CONLL = "/datasets/tner/conll2003/resolve/main/dataset"
EWT = "/UD_English-EWT/r2.15/en_ewt-ud"


def rows(*sentences):
    objects = [{"tokens": words.split(), "tags": tags} for words, tags in sentences]
    return "".join(json.dumps(o) + "\n" for o in objects).encode()


def conllu(*sentences):
    """Sentences of "word/TAG", with the lines that stand between words in such files."""
    blocks = []
    for n, sentence in enumerate(sentences):
        lines = [f"# sent_id = {n}", "1-2\tcontraction\t_\t_"]
        for i, cell in enumerate(sentence.split(), 1):
            word, tag = cell.split("/")
            lines += [f"{i}\t{word}\t{word}\t{tag}\t_\t_\t0\troot\t_\t_", f"{i}.1\tempty\t_\tX"]
        blocks.append("\n".join(lines))
    return ("\n\n".join(blocks) + "\n\n").encode()


@pytest.fixture
def hub(hub, monkeypatch):
    monkeypatch.setattr(hub_tagged, "_UD", hub.address)
    hub.files |= {
        f"{CONLL}/train.json": rows(("EU rejects German call", [1, 0, 2, 0]), ("Ann Lee", [3, 4])),
        f"{CONLL}/valid.json": rows(("New York", [5, 8])),
        f"{CONLL}/test.json": rows(("The UN", [0, 1])),
        f"{EWT}-train.conllu": conllu("Dogs/NOUN run/VERB", "They/PRON sleep/VERB"),
        f"{EWT}-dev.conllu": conllu("Cats/NOUN run/VERB"),
        f"{EWT}-test.conllu": conllu("Dogs/NOUN sleep/VERB"),
    }
    return hub


def test_numbers_become_the_names_of_tags(hub):
    data = load_hub_tagged("conll2003")
    assert isinstance(data, TaggedSet) and data.scheme == "IOB2"
    assert data.train[1] == Tagged(
        ("EU", "rejects", "German", "call"), ("B-ORG", "O", "B-MISC", "O")
    )
    assert data.train[0].tags == ("B-PER", "I-PER")
    assert data.validation == [Tagged(("New", "York"), ("B-LOC", "I-LOC"))]
    assert data.tags == ("B-LOC", "B-MISC", "B-ORG", "B-PER", "I-LOC", "I-PER", "O")
    for word in ("conll2003", "Reuters", "Tjong Kim Sang", "never redistribute"):
        assert word in repr(data)


def test_a_treebank_gives_words_and_parts_of_speech(hub):
    data = load_hub_tagged("en_ewt")
    assert data.scheme is None and data.tags == ("NOUN", "PRON", "VERB")
    assert data.train == [
        Tagged(("Dogs", "run"), ("NOUN", "VERB")),
        Tagged(("They", "sleep"), ("PRON", "VERB")),
    ]
    assert [s.words for s in (*data.validation, *data.test)] == [("Cats", "run"), ("Dogs", "sleep")]
    assert "UD_English-EWT r2.15" in data.source


@pytest.mark.parametrize("name", TREEBANKS)
def test_each_treebank_is_asked_for_by_its_own_names(hub, name):
    with contextlib.suppress(DataError):  # the server has one of them
        load_hub_tagged(name)
    assert hub.asked[0] == f"/{TREEBANKS[name]}/r2.15/{name}-ud-train.conllu"


def test_a_sentence_is_in_one_part_and_the_test_stays_as_published(hub):
    a, b, c = ("a", [0]), ("b", [0]), ("c", [0])
    hub.files |= {
        f"{CONLL}/train.json": rows(a, b, c, c, ("d", [1]), ("d", [0])),
        f"{CONLL}/valid.json": rows(a, b, b),
        f"{CONLL}/test.json": rows(a, a),
    }
    data = load_hub_tagged("conll2003")
    assert [s.words[0] for s in data.test] == ["a", "a"]
    assert [s.words[0] for s in data.validation] == ["b"]
    assert data.train == [Tagged(("c",), ("O",)), Tagged(("d",), ("B-ORG",))]


def test_a_second_call_asks_nobody_and_offline_the_cache_is_read(hub, monkeypatch):
    first = {name: load_hub_tagged(name) for name in ("conll2003", "en_ewt")}
    hub.asked.clear()
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    assert {name: load_hub_tagged(name) for name in first} == first
    assert hub.asked == []


@pytest.mark.parametrize(
    ("name", "stand_in"), [("conll2003", "chinese-names"), ("en_ewt", "portuguese-pos")]
)
def test_offline_without_a_cache_a_packaged_set_is_named(hub, monkeypatch, name, stand_in):
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match=f"^{name}: .*LMBOOK_OFFLINE.*load_tagged.'{stand_in}'"):
        load_hub_tagged(name)
    assert hub.asked == []


@pytest.mark.parametrize("behaviour", ["404", "cut", "500"])
def test_a_bad_day_leaves_nothing(hub, home, behaviour):
    hub.behaviour = behaviour
    with pytest.raises(DataError, match="^en_ewt: .*Without the network, use"):
        load_hub_tagged("en_ewt")
    assert not [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>log in</html>\n", "train.json, line 1: no tokens and tags"),
        (b"[1]\n", "line 1: no tokens and tags"),
        (rows(("a b", [0, 0]), ("a b", [0])), "line 2: the tokens and the tags are not as many"),
        (rows(("a", [9])), "line 1: the tag 9 is not one of 0 to 8"),
        (rows(("a", [True])), "the tag True is not one of 0 to 8"),
        (rows(("a", ["O"])), "the tag 'O' is not one of 0 to 8"),
    ],
)
def test_a_file_that_is_not_as_expected_is_named_with_its_line(hub, content, message):
    hub.files[f"{CONLL}/train.json"] = content
    with pytest.raises(DataError, match=f"^conll2003: .*{message}.*Update lmbook.*load_tagged"):
        load_hub_tagged("conll2003")


def test_a_treebank_without_sentences_is_named(hub):
    hub.files[f"{EWT}-dev.conllu"] = b"<html>not found</html>"
    with pytest.raises(DataError, match=r"en_ewt-ud-dev.conllu holds no sentence in CoNLL-U"):
        load_hub_tagged("en_ewt")


def test_an_unknown_set_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="name='ontonotes' is not a known set: conll2003, en_ewt"):
        load_hub_tagged("ontonotes")
