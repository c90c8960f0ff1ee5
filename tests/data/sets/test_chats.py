"""The book's own instructions and preferences, and chats between people."""

import json
from collections import Counter
from pathlib import Path

import pytest

from lmbook.data.sets.chats import (
    PARTS,
    Instruction,
    Preference,
    load_chats,
    load_instructions,
    load_preferences,
)
from tools.sets.instructions import OWN, lines, make


@pytest.fixture(scope="module")
def instructions():
    return {part: load_instructions(part) for part in PARTS}


@pytest.fixture(scope="module")
def preferences():
    return {part: load_preferences(part) for part in PARTS}


def test_the_files_are_those_that_the_tool_makes():
    for name, rows in zip(("instructions", "preferences"), make(), strict=True):
        assert (Path(OWN) / f"{name}.jsonl").read_text(encoding="utf-8") == lines(rows)


def test_the_sizes_that_published_results_rest_on_have_not_changed(instructions, preferences):
    assert [len(instructions[part]) for part in PARTS] == [978, 133]
    assert [len(preferences[part]) for part in PARTS] == [395, 52]


def test_at_least_three_hundred_of_each_were_written_singly():
    for name, least in (("instructions", 390), ("preferences", 260)):
        rows = map(json.loads, (OWN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
        assert Counter(row["origin"] for row in rows)["written"] >= least


def test_no_question_stands_twice_or_in_both_parts(instructions, preferences):
    for rows in (instructions, preferences):
        texts = [" ".join(row.instruction.lower().split()) for part in PARTS for row in rows[part]]
        assert len(texts) == len(set(texts))
    held_out = {row.instruction.lower() for row in preferences["train"]}
    assert not held_out & {row.instruction.lower() for row in instructions["test"]}


def test_answers_are_short_and_not_empty(instructions, preferences):
    answers = [row.answer for part in PARTS for row in instructions[part]]
    answers += [
        text for part in PARTS for p in preferences[part] for text in (p.chosen, p.rejected)
    ]
    assert all(1 <= len(answer.split()) <= 24 for answer in answers)
    assert all(answer == " ".join(answer.split()) and answer.isascii() for answer in answers)


def test_a_chosen_answer_is_the_one_of_the_instructions(instructions, preferences):
    right = {row.instruction: row.answer for part in PARTS for row in instructions[part]}
    assert all(right[p.instruction] == p.chosen for part in PARTS for p in preferences[part])


def test_composed_answers_are_right(instructions):
    """Checked from the question alone, by another way than the tool's."""
    n_checked = 0
    for row in [row for part in PARTS for row in instructions[part]]:
        words = row.instruction.rstrip(".?").split()
        if row.kind == "reverse":
            assert row.answer.split() == words[:-3:-1]
        elif row.kind == "repeat":
            times = 3 if "three" in words else 2
            word = words[1] if words[0] == "Say" else words[3]
            assert row.answer.split() == [word] * times
        elif row.kind == "letter":
            place, _, _, word, _, letter = row.answer.rstrip(".").split()[1:]
            assert word in words and word[0 if place == "first" else -1].upper() == letter
        elif row.kind == "longer":
            answer = row.answer.rstrip(".").split()[-1]
            both = [word.strip(",") for word in words if word.strip(",") in row.instruction][-3:]
            assert answer in both
        else:
            continue
        n_checked += 1
    assert n_checked > 300


@pytest.mark.parametrize("loader", [load_instructions, load_preferences])
def test_another_part_is_refused(loader):
    with pytest.raises(ValueError, match="part='validation' is none of train, test"):
        loader("validation")


def test_an_empty_answer_is_refused():
    with pytest.raises(ValueError, match="answer is empty"):
        Instruction(kind="greet", instruction="Hello!", answer=" ")


def test_a_preference_with_equal_answers_is_refused():
    with pytest.raises(ValueError, match="chosen and rejected are equal: 'Good day.'"):
        Preference(kind="greet", instruction="Hi", chosen="Good day.", rejected="Good  day.")


def test_chats_are_turns_of_people_without_empty_ones():
    chats = load_chats()
    assert (len(chats), sum(map(len, chats))) == (4017, 135574)
    assert all(len(chat) >= 2 and all(chat) for chat in chats)
    assert chats[0][3] == "oh wow haha so you still feel tired huh?"
