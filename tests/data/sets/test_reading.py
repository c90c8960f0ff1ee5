"""The factbook's passages and the questions about them."""

from collections import Counter

import pytest

from lmbook.data.sets.factbook import FIELDS, load_passages, plain
from lmbook.data.sets.factbook_facts import SINGLE
from lmbook.data.sets.factbook_questions import LISTED
from lmbook.data.sets.reading import ReadingSet, load_reading
from lmbook.data.sources.packages import DataError


@pytest.fixture(scope="module")
def reading() -> ReadingSet:
    return load_reading()


def everything(reading: ReadingSet):
    return [*reading.train, *reading.validation, *reading.test]


def test_html_leaves_plain_text_with_single_spaces():
    assert plain("<b>R&eacute;publique</b><br>fran&ccedil;aise&nbsp; ") == "République française"


def test_a_passage_is_headed_by_its_country_and_field_and_knows_its_entries():
    capital = next(p for p in load_passages() if (p.country, p.field) == ("France", "Capital"))
    assert capital.text.startswith("France, Capital. name: Paris. geographic coordinates: 48 52 N")
    entries = {name: capital.text[begin:end] for name, begin, end in capital.values}
    assert entries["name"] == "Paris"
    assert entries["time difference"].startswith("UTC+1 (6 hours ahead")


def test_passages_hold_no_html_and_are_of_listed_fields():
    names = {name for fields in FIELDS.values() for name in fields}
    for passage in load_passages():
        assert passage.field in names
        assert passage.text == " ".join(passage.text.split())
        assert "<br" not in passage.text and "&nbsp;" not in passage.text


def test_the_sizes_that_published_results_rest_on_have_not_changed(reading):
    sizes = [len(part) for part in (reading.train, reading.validation, reading.test)]
    assert (len(reading.passages), sizes) == (10_989, SIZES)


SIZES = [6644, 1055, 2151]


def test_every_answer_is_the_span_that_it_claims_to_be(reading):
    for question in everything(reading):
        text = reading.passages[question.passage].text
        if question.answer is None:
            assert (question.begin, question.end) == (0, 0)
        else:
            assert text[question.begin : question.end] == question.answer == question.answer.strip()


def test_the_parts_share_no_country(reading):
    parts = (reading.train, reading.validation, reading.test)
    countries = [{reading.passages[q.passage].country for q in part} for part in parts]
    assert not any(a & b for a in countries for b in countries if a is not b)


def test_every_template_is_asked_in_both_wordings_in_training(reading):
    asked = Counter((q.template, q.reworded) for q in reading.train)
    names = [template.name for template in (*SINGLE, *LISTED)]
    assert len(names) == len(set(names))
    assert all(asked[name, reworded] >= 20 for name in names for reworded in (False, True))


def test_a_question_about_a_stranger_names_nothing_that_its_passage_names(reading):
    (question,) = (
        q
        for q in everything(reading)
        if q.template == "border" and q.answer is None and " of France with " in q.text
    )
    neighbour = question.text.split(" with ")[1].rstrip("?")
    assert neighbour not in reading.passages[question.passage].text


def test_known_answers(reading):
    found = {q.text: q.answer for q in everything(reading)}
    wanted = {
        ("capital", "Nigeria"): "Abuja",
        ("time zone", "Benin"): "UTC+1",
        ("coastline", "Laos"): "0 km",
        ("independence", "Namibia"): "21 March 1990",
        ("ruler", "Senegal"): "France",
    }
    for (name, country), answer in wanted.items():
        template = next(t for t in SINGLE if t.name == name)
        texts = [wording.format(country=country) for wording in template.wordings]
        assert [found[text] for text in texts if text in found] == [answer]


def test_one_question_in_seven_has_no_answer(reading):
    shares = [
        sum(q.answer is None for q in part) / len(part)
        for part in (reading.train, reading.validation, reading.test)
    ]
    assert all(0.12 < share < 0.17 for share in shares)


def test_the_set_tells_its_sizes_source_and_licence(reading):
    shown = repr(reading)
    assert "10,989 passages" in shown and "public domain" in shown and "World Factbook" in shown


def test_without_the_package_and_offline_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    load_passages.cache_clear()
    with pytest.raises(DataError, match="LMBOOK_OFFLINE forbids fetching"):
        load_passages()
