import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.tokenizers.bpe import train_merges
from lmbook.viz.explorers import bpe
from lmbook.viz.explorers.bpe import SAMPLES, TEXT_LIMIT, TIES, BPEExplorer

SCRIPT = Path(bpe.__file__).parent / "bpe.js"
SEA = SAMPLES["English: sea and seat"]  # sea × 5, seat × 3, tea × 3, eat × 2
texts = st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=8).map(" ".join)


def train_in_page(run_js, text, level, ties):
    """Every state from the alphabet to the last merge."""
    code = f"""((text) => {{
        const states = [];
        for (let s = start(text, "{level}"); s; s = step(s, "{ties}")) {{
            const pairs = s.merges.map(({{ pair }}) => pair);
            const shown = pairs.map((pair) => pair.map((i) => showToken(s.tokens[i], s.level)));
            const counts = s.merges.map(({{ count }}) => count);
            states.push({{ shown, pairs, counts, tokens: countTokens(s), size: s.tokens.length }});
        }}
        return states;
    }})({json.dumps(text)})"""
    return run_js(code)


def word_counts(text):
    """Words of ids, numbered in order of their code points, as the page numbers them."""
    ids = {c: i for i, c in enumerate(sorted(set(text) - {" "}))}
    counts = Counter(text.split())
    return {tuple(ids[c] for c in word): count for word, count in counts.items()}, len(ids)


def test_the_first_two_merges_of_the_sea_are_ea_and_sea(run_js):
    last = train_in_page(run_js, SEA, "character", "first_seen")[-1]
    # e a: 5 + 3 + 3 + 2 = 13; then s ea: 5 + 3 = 8
    assert last["shown"][:2] == [["e", "a"], ["s", "ea"]]
    assert last["counts"][:2] == [13, 8]


def test_a_merge_takes_its_count_from_the_tokens_and_adds_one_to_the_vocabulary(run_js):
    states = train_in_page(run_js, SEA, "character", "first_seen")
    assert states[0]["tokens"] == len(SEA.replace(" ", "")) == 42
    for before, after in itertools.pairwise(states):
        assert before["tokens"] - after["tokens"] == after["counts"][-1]
        assert after["size"] == before["size"] + 1


def test_equal_counts_are_broken_by_the_chosen_rule(run_js):
    # after ea and sea, "sea t" and "t ea" stand three times each
    third = {ties: train_in_page(run_js, SEA, "character", ties)[-1]["shown"][2] for ties in TIES}
    # first seen: sea t stands earlier; greatest: t > s; ids: sea (4+2) comes after t (3)
    assert third == {
        "first_seen": ["sea", "t"],
        "greatest_pair": ["t", "ea"],
        "smallest_ids": ["t", "ea"],
    }


@pytest.mark.parametrize("ties", TIES)
@settings(max_examples=10, deadline=None)
@given(text=texts)
def test_page_and_package_learn_the_same_merges(run_js, ties, text):
    counts, n_letters = word_counts(text)
    page = train_in_page(run_js, text, "character", ties)[-1]["pairs"]
    expected = train_merges(counts, 100, ties=ties, min_count=2, first_id=n_letters)
    assert [tuple(pair) for pair in page] == expected


def test_a_run_of_one_letter_is_merged_from_the_left(run_js):
    assert run_js("mergeIds([0, 0, 0], [0, 0], 1)") == [1, 0]
    assert run_js("mergeIds([0, 0, 0, 0], [0, 0], 1)") == [1, 1]


def test_a_merge_that_spells_a_known_token_makes_no_second_one(run_js):
    # a×5 and a×3: aa, then aa+a and a+aa may both come up; no token stands twice
    code = """((text) => {
        let last = start(text, "character");
        for (let s = last; s; s = step(s, "first_seen")) last = s;
        return last.tokens.map((token) => token.length);
    })("aaaaa aaaaa aaa aaa aaa aaaaaaa aaaaaaa")"""
    lengths = run_js(code)
    assert len(set(lengths)) == len(lengths)


def test_words_lose_their_spaces_and_marks_stand_alone(run_js):
    code = 'splitText("  Rain, rain! 学习语言，学习 ")'
    assert run_js(code) == ["Rain", ",", "rain", "!", "学习语言", "，", "学习"]


def test_the_alphabet_of_bytes_has_three_units_for_a_chinese_character(run_js):
    # 语 is U+8BED: 1110·1000 10·101111 10·101101
    assert run_js('unitsOf("语", "byte")') == [0xE8, 0xAF, 0xAD]
    assert run_js('unitsOf("语", "character")') == [0x8BED]


def test_a_part_of_a_character_is_shown_as_numbers(run_js):
    assert run_js('showToken([0xE8, 0xAF], "byte")') == "E8·AF"
    assert run_js('showToken([0xE8, 0xAF, 0xAD], "byte")') == "语"


@pytest.mark.parametrize("level", bpe.LEVELS)
@pytest.mark.parametrize("name", SAMPLES)
def test_training_ends_when_no_pair_occurs_twice(run_js, name, level):
    last = train_in_page(run_js, SAMPLES[name], level, "first_seen")[-1]
    assert min(last["counts"]) >= 2
    assert sorted(last["counts"], reverse=True) == last["counts"]


def test_an_empty_text_has_no_pair(run_js):
    assert run_js('step(start("", "character"), "first_seen")') is None


def test_a_line_stays_in_its_box(run_js):
    assert run_js("linePoints([10, 5], 10)") == "0.00,2.00 100.00,21.00"
    assert run_js("linePoints([1], 1)") == "0.00,2.00"


def test_the_plain_text_of_an_explorer_is_short():
    assert repr(BPEExplorer()) == "BPEExplorer(3 samples, level=character, ties=first_seen)"


def test_the_readers_own_samples_replace_the_books():
    explorer = BPEExplorer({"mine": "a a b"}, level="byte", ties="greatest_pair")
    assert explorer.samples == [{"name": "mine", "text": "a a b"}]


def test_no_sample_is_refused():
    with pytest.raises(ValueError, match=r"samples=\{\} is empty, needs 1 or more"):
        BPEExplorer({})


@pytest.mark.parametrize(("name", "text"), [("", "a"), ("a", " ")])
def test_an_empty_name_or_text_is_refused(name, text):
    with pytest.raises(ValueError, match=re.escape(f"samples[{name!r}]={text!r} has an empty")):
        BPEExplorer({name: text})


def test_a_text_that_is_too_long_is_refused_with_the_limit():
    with pytest.raises(ValueError, match="has 5001 characters, the limit is 5000"):
        BPEExplorer({"long": "a" * (TEXT_LIMIT + 1)})


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="level='word' is not one of character, byte"):
        BPEExplorer(level="word")


def test_an_unknown_rule_for_ties_is_refused():
    with pytest.raises(ValueError, match="ties='random' is not one of first_seen, greatest_pair"):
        BPEExplorer(ties="random")
