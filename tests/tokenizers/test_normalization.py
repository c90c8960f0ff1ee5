"""Unicode forms, case and accents."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.tokenizers.normalization import FORMS, normalize


def test_a_composed_and_a_decomposed_letter_become_the_same():
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert composed != decomposed
    assert normalize(composed) == normalize(decomposed) == composed
    assert normalize(composed, "NFD") == normalize(decomposed, "NFD") == decomposed


def test_compatibility_characters_change_in_the_k_forms_only():
    text = "ﬁne ２０ ①"
    assert normalize(text, "NFC") == normalize(text, "NFD") == text
    assert normalize(text, "NFKC") == "fine 20 1"


def test_accents_and_case_go():
    assert normalize("Ärger ÉTÉ", strip_accents=True) == "Arger ETE"
    assert normalize("Ärger ÉTÉ", lowercase=True) == "ärger été"
    assert normalize("Ärger ÉTÉ", lowercase=True, strip_accents=True) == "arger ete"


def test_stripping_accents_keeps_a_hangul_syllable_whole_unless_nfd_is_asked():
    assert normalize("한", strip_accents=True) == normalize("한", None, strip_accents=True) == "한"
    assert len(normalize("한", "NFD", strip_accents=True)) == 3


def test_stripping_accents_takes_vowels_from_thai():
    # U+0E35 is a vowel sign, of category Mn like an accent
    assert normalize("มี", strip_accents=True) == "ม"


@given(st.text())
def test_no_form_changes_nothing(text):
    assert normalize(text, None) == text


@given(st.text(), st.sampled_from(FORMS), st.booleans())
def test_a_second_time_changes_nothing(text, form, strip_accents):
    once = normalize(text, form, strip_accents=strip_accents)
    assert normalize(once, form, strip_accents=strip_accents) == once
    assert unicodedata.is_normalized(form, once)


def test_an_unknown_form_is_named():
    with pytest.raises(ValueError, match="form='NFX' is none of NFC, NFD, NFKC, NFKD or None"):
        normalize("a", "NFX")
