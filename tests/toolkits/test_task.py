"""The common tasks: parts that share nothing, and files of tokens that come back as texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.toolkits.task import TASKS, dates, text_of, tokens, write_files

SIZES = (60, 20, 20)


def test_a_date_is_the_day_that_its_source_names():
    for source, target in dates(sizes=SIZES).pairs["train"]:
        year, month, day = target.split("-")
        assert year in source and str(int(day)) in source
        if "/" in source:
            assert source == f"{int(day)}/{int(month)}/{year}"


def test_no_day_stands_in_two_parts():
    parts = [{target for _, target in pairs} for pairs in dates(sizes=SIZES).pairs.values()]
    assert [len(part) for part in parts] == list(SIZES)
    assert len(set.union(*parts)) == sum(SIZES)


def test_the_same_seed_draws_the_same_dates_and_another_others():
    assert dates(1, SIZES) == dates(1, SIZES)
    assert dates(1, SIZES) != dates(2, SIZES)


def test_every_target_fits_in_the_longest_output_with_its_end():
    task = TASKS["dates"]()
    assert max(len(target) for pairs in task.pairs.values() for _, target in pairs) < task.longest


@given(st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="▁"), min_size=1))
def test_tokens_come_back_as_the_text(word):
    text = f"{word} {word}"
    assert text_of(tokens(text)) == text
    assert len(tokens(text).split(" ")) == len(text)


def test_files_hold_a_text_a_line_and_no_part_is_missing(tmp_path):
    task = dates(sizes=SIZES)
    write_files(task, tmp_path / "new")
    for part, pairs in task.pairs.items():
        for suffix, side in (("src", 0), ("tgt", 1)):
            lines = (tmp_path / "new" / f"{part}.{suffix}").read_text(encoding="utf-8").splitlines()
            assert [text_of(line) for line in lines] == [pair[side] for pair in pairs]


@pytest.mark.parametrize("text", ["3 May 1999", "a"])
def test_a_space_has_a_sign_of_its_own(text):
    assert tokens(text) == " ".join("▁" if c == " " else c for c in text)
