"""The batching explorer: the page shows the tables that transformers' tokenizer returns."""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest

from lmbook.viz.explorers import batching
from lmbook.viz.explorers.batching import BatchingExplorer
from lmbook.zoo import checkpoints

SCRIPT = Path(batching.__file__).parent / "batching.js"
TOKENS = ["[PAD]", "[CLS]", "[SEP]", "to", "be", "or", "##dinary", "not"]
TEXTS = [[[3, 4]], [[5, 6, 7]], [[3, 4, 5], [7]]]
PAIRS = [
    ("to be or not to be, that is the question", None),
    ("good night", None),
    ("good night, good night! parting is such sweet sorrow", "who is there?"),
    ("nay", "answer me: stand, and unfold yourself"),
    ("speak to me, my lord", "my good lord, speak"),
]


def explorer(**changes) -> BatchingExplorer:
    fields = {"texts": TEXTS, "tokens": TOKENS, "start": 1, "end": 2, "pad": 0}
    return BatchingExplorer(**fields | changes)


def test_the_page_gets_the_tokens_that_occur_and_no_others():
    assert explorer(texts=[[[3]], [[7]]]).tokens == {
        "0": "[PAD]",
        "1": "[CLS]",
        "2": "[SEP]",
        "3": "to",
        "7": "not",
    }


def test_a_row_is_start_text_end_and_its_types_tell_the_texts_apart(run_js):
    special = "{ start: 1, end: 2 }"
    assert run_js(f"assemble([[3, 4, 5], [7]], {special}, 20)") == {
        "ids": [1, 3, 4, 5, 2, 7, 2],
        "types": [0, 0, 0, 0, 0, 1, 1],
        "cut": 0,
    }
    # 5 places - 3 special tokens = 2: one for each text
    assert run_js(f"assemble([[3, 4, 5], [7]], {special}, 5)") == {
        "ids": [1, 3, 2, 7, 2],
        "types": [0, 0, 0, 1, 1],
        "cut": 2,
    }


def test_padding_stands_on_the_side_that_was_asked_for(run_js):
    rows = "[{ ids: [1, 3, 2], types: [0, 0, 0] }, { ids: [1, 2], types: [0, 0] }]"
    right, left = run_js(f"['right', 'left'].map((side) => batch({rows}, 9, side)[1])")
    assert right == {"ids": [1, 2, 9], "types": [0, 0, 0], "mask": [1, 1, 0]}
    assert left == {"ids": [9, 1, 2], "types": [0, 0, 0], "mask": [0, 1, 1]}


@pytest.mark.parametrize("side", ["right", "left"])
def test_every_table_is_that_of_transformers(run_js, side):
    transformers = pytest.importorskip("transformers")
    folder = checkpoints.folder_of("bert-tiny")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, padding_side=side)
    special = json.dumps({"start": tokenizer.cls_token_id, "end": tokenizer.sep_token_id})
    coded = [
        [tokenizer.encode(text, add_special_tokens=False) for text in pair if text is not None]
        for pair in PAIRS
    ]
    longest = range(5, 31)
    found = run_js(
        f"{list(longest)}.map((longest) => batch({json.dumps(coded)}.map((texts) => "
        f"assemble(texts, {special}, longest)), {tokenizer.pad_token_id}, '{side}'))"
    )
    for limit, rows in zip(longest, found, strict=True):
        wanted = [
            tokenizer(*[t for t in pair if t], truncation=True, max_length=limit) for pair in PAIRS
        ]
        padded = tokenizer.pad(wanted, padding=True)
        for name, ours in {
            "input_ids": "ids",
            "token_type_ids": "types",
            "attention_mask": "mask",
        }.items():
            assert [row[ours] for row in rows] == padded[name], (limit, name)


def test_the_sentence_counts_tokens_padding_and_what_was_cut(run_js):
    rows = "[{ cut: 0 }, { cut: 1 }]"
    table = "[{ ids: [1, 3, 2], mask: [1, 1, 1] }, { ids: [1, 2, 0], mask: [1, 1, 0] }]"
    said = run_js(f"describe({rows}, {table})")
    assert said == "2 rows of 3 places: 5 real tokens, 1 of padding (17 %). 1 token was cut."
    said = run_js("describe([{ cut: 0 }], [{ ids: [1, 2], mask: [1, 1] }])")
    assert said == "1 row of 2 places: 2 real tokens, 0 of padding (0 %)."


def test_a_cell_shows_the_token_or_a_number(run_js):
    row = "{ ids: [1, 3], mask: [1, 1], types: [0, 1] }"
    tokens = json.dumps(explorer().tokens)
    code = f"['pieces', 'ids', 'mask', 'types'].map((view) => cells({row}, view, {tokens}))"
    assert run_js(code) == [["[CLS]", "to"], ["1", "3"], ["1", "1"], ["0", "1"]]


def test_the_repr_is_short():
    assert repr(explorer()) == "BatchingExplorer(texts of [2, 3, 4])"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": []}, "texts holds 0, not from 1 to 8"),
        ({"texts": [[[3]]] * 9}, "texts holds 9, not from 1 to 8"),
        ({"texts": [[[3], [4], [5]]]}, r"texts\[0\] has 3 segments, needs 1 or 2"),
        ({"texts": [[[3]], [[3], []]]}, r"texts\[1\] has an empty segment"),
        ({"texts": [[[3] * 63]]}, r"texts\[0\] takes 65 places, the limit is 64"),
        ({"texts": [[[3, 8]]]}, r"texts\[0\] holds an id that is not in 0 … 7"),
        ({"end": 8}, "end=8 is not in 0 … 7"),
        ({"pad": -1}, "pad=-1 is not in 0 … 7"),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
