"""The tokenizers of the page give the ids of the package, on any text."""

import json

import pytest

from lmbook.tokenizers.published import from_published, to_published
from lmbook.tokenizers.unigram import UnigramTokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.viz.live import stock
from lmbook.viz.live.tokens import LiveTokenizers
from lmbook.zoo.checkpoints import TOKENIZER_FILE, folder_of, is_published, load, names

TEXTS = [
    "",
    " ",
    "To be, or not to be: that is the question.",
    "  two  spaces\n\n\tand lines \r\n ",
    "I'll, we've, they'd, 'tis, DON'T don't ’tis",
    "naïve café, Ærøskøbing, Ångström, ﬁne, e\u0301 and é, İstanbul, ΣΊΣΥΦΟΣ, Straße",
    "生存还是毁灭，这是一个问题。你好 world𠀀",
    "かな カナ 한국어 ไทย हिन्दी العربية",
    "😀👩‍👩‍👧 🏳️‍🌈 ❤️",
    "a\u00a0b\u2003c\u3000d\x85e\ufefff\x1cg\x00h\ufffdi\u200bj",
    "12 345,67 ½ ² Ⅷ ٣٤ $5+<6>=^`|~",
    "supercalifragilisticexpialidocious " + "x" * 120,
    "</s> [MASK] <mask> ##ing Ġthe ▁the <0x41> <unk>",
    "\ud7ff\ue000\U0010ffff",
    "ROMEO:\nBut, soft! what light through yonder window breaks?\n",
]
CODE = "given.texts.map((text) => openTokenizer(given.content).encode(text, given.special))"


def content_of(name: str) -> dict:
    return json.loads((folder_of(name) / TOKENIZER_FILE).read_text(encoding="utf-8"))


FILES: dict[str, str] = {}  # one model for each tokenizer, which several share
for _name in names():
    FILES.setdefault(json.dumps(content_of(_name)), _name)


def tokenizer_of(name: str):
    return from_published(content_of(name)) if is_published(folder_of(name)) else load(name)[1]


@pytest.mark.parametrize("special", [False, True])
@pytest.mark.parametrize("name", FILES.values())
def test_the_ids_are_those_of_the_package(name, special, run_engine):
    tokenizer = tokenizer_of(name)
    expected = [tokenizer.encode(text, allow_special=special) for text in TEXTS]
    given = {"content": content_of(name), "texts": TEXTS, "special": special}
    assert run_engine(CODE, given) == expected


@pytest.mark.parametrize("name", FILES.values())
def test_the_decoded_text_is_that_of_the_package(name, run_engine):
    tokenizer = tokenizer_of(name)
    ids = [tokenizer.encode(text, allow_special=True) for text in TEXTS]
    ids += [one[1:-1] for one in ids]  # characters cut in two
    code = "given.ids.map((ids) => openTokenizer(given.content).decode(ids))"
    found = run_engine(code, {"content": content_of(name), "ids": ids})
    assert found == [tokenizer.decode(one) for one in ids]


@pytest.mark.parametrize("name", stock.PUBLISHED)
def test_published_tokenizers_give_their_ids_from_their_compact_files(name, run_engine):
    content = json.loads(stock.content_of(f"{name}.json"))
    tokenizer = stock.PUBLISHED[name]()
    found = run_engine(CODE, {"content": content, "texts": TEXTS, "special": False})
    assert found == [tokenizer.encode(text) for text in TEXTS]


@pytest.mark.parametrize("by_bytes", [False, True])
def test_unigram_finds_the_most_probable_pieces(by_bytes, run_engine):
    lines = ["to be or not to be", "that is the question", "whether 'tis nobler in the mind"] * 9
    tokenizer = UnigramTokenizer.train(lines, 340 if by_bytes else 60, byte_fallback=by_bytes)
    expected = [tokenizer.encode(text) for text in TEXTS]
    given = {"content": to_published(tokenizer), "texts": TEXTS, "special": False}
    assert run_engine(CODE, given) == expected
    code = "given.ids.map((ids) => openTokenizer(given.content).decode(ids))"
    known = [ids for ids in expected if tokenizer.special_ids["<unk>"] not in ids]
    found = run_engine(code, {"content": given["content"], "ids": known})
    assert found == [tokenizer.decode(ids) for ids in known]


def test_our_own_file_of_wordpiece_is_read_too(run_engine, tmp_path):
    tokenizer = WordPieceTokenizer.train(["To be, or not to be: that is the question"] * 3, 60)
    tokenizer.save(tmp_path / "own.json")
    content = json.loads((tmp_path / "own.json").read_text(encoding="utf-8"))
    given = {"content": content, "texts": TEXTS, "special": False}
    assert run_engine(CODE, given) == [tokenizer.encode(text) for text in TEXTS]


def test_a_part_of_a_character_is_shown_as_bytes(run_engine):
    name = next(name for name in FILES.values() if "gpt" in name)
    code = """(() => {
      const tokenizer = openTokenizer(given);
      return tokenizer.encode("生 be").map(tokenizer.show.bind(tokenizer)).join("|");
    })()"""
    assert run_engine(code, content_of(name)) == "<E7>|<94>|<9F>| be"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "word"}, "tokenizer of kind word is not implemented"),
        ({"kind": "bpe", "level": "character"}, "level character is not implemented, only byte"),
        ({"model": {"type": "WordLevel"}}, "tokenizer of kind WordLevel is not implemented"),
    ],
)
def test_a_tokenizer_of_another_kind_is_named(content, message, run_engine):
    code = """(() => {
      try { openTokenizer(given); } catch (error) { return error.message; }
    })()"""
    assert run_engine(code, content) == message


def test_a_cut_that_is_stored_is_the_one_that_the_page_makes(run_engine, tmp_path):
    tokenizers = {"ours": "bert-tiny", "GPT-2": "gpt2", "small": load("lstm-tiny")[1]}
    text = "Unhappiness, 你好 😀 winter's"
    explorer = LiveTokenizers(tokenizers, text)
    assert [file["name"] for file in explorer.files] == ["bert-tiny.json", "gpt2.json"]
    paths = []
    for one in explorer.tokenizers:
        content = stock.content_of(one["file"]) if "file" in one else one["content"].encode()
        (path := tmp_path / f"{len(paths)}.json").write_bytes(content)
        paths.append(str(path))
    code = """given.paths.map((path) => {
      const tokenizer = openTokenizer(JSON.parse(readUtf8(readFileSync(path))));
      const ids = tokenizer.encode(given.text);
      return { ids, pieces: ids.map((id) => tokenizer.show(id)) };
    })"""
    given = {"paths": paths, "text": text}
    assert run_engine(code, given, script=str(LiveTokenizers._esm)) == explorer.example["cuts"]


def test_a_tokenizer_that_travels_needs_no_file():
    assert LiveTokenizers({"small": load("lstm-tiny")[1]}, TEXTS[2]).files == []


def test_unigram_travels_in_the_form_that_keeps_its_order():
    lines = ["to be or not to be 1 2 3", "that is the question"] * 9
    tokenizer = UnigramTokenizer.train(lines, 40)
    explorer = LiveTokenizers({"Unigram": tokenizer}, TEXTS[2])
    assert '"Unigram"' in explorer.tokenizers[0]["content"]
    assert repr(explorer) == f"LiveTokenizers(Unigram: {TEXTS[2]!r})"
