from lmbook.data.sets.verses import load_verses


def test_the_first_verse_and_a_link_that_can_be_checked_by_eye():
    first = load_verses()[0]
    assert first.number == "40001001"
    assert first.greek[:4] == ("βίβλος", "γένεσις", "ἰησοῦς", "χριστός")
    assert " ".join(first.english[:6]) == "this is the record of the"
    assert (first.english.index("jesus"), 2) in first.links


def test_the_number_of_verses_and_of_links_has_not_changed():
    verses = load_verses()
    assert (len(verses), sum(len(v.links) for v in verses)) == (7936, N_LINKS)


N_LINKS = 189_473


def test_links_point_into_their_verse_and_words_hold_no_punctuation():
    for verse in load_verses():
        assert all(
            0 <= t < len(verse.english) and 0 <= s < len(verse.greek) for t, s in verse.links
        )
        assert "," not in verse.english and "" not in verse.english
