"""One spelling for texts that look alike: Unicode forms, case and accents."""

import unicodedata

from lmbook.arguments import check_text

FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def normalize(
    text: str, form: str | None = "NFC", lowercase: bool = False, strip_accents: bool = False
) -> str:
    """``text`` in one Unicode normal form, if asked without accents and in lower case.

    "é" is one code point or two ("e" and a combining accent). NFC composes, NFD decomposes; NFKC
    and NFKD also replace compatibility characters, "ﬁ" by "fi" and "２" by "2", which cannot be
    undone. ``strip_accents`` drops every non-spacing mark of the decomposed text, in every
    script: in Thai or Hindi those are vowels, not ornament. With ``form=None`` and no other wish
    the text comes back unchanged. Accents go first, then case, then the form; ``form=None``
    after accents were stripped means NFC.

    Raises ``ValueError`` for an unknown form. Source: Unicode Standard Annex 15.
    """
    check_text("text", text)
    if form is not None and form not in FORMS:
        raise ValueError(f"form={form!r} is none of {', '.join(FORMS)} or None")
    if strip_accents:
        form = form or "NFC"
        # NFKD for the K forms: "¯" is, to them, a space under an accent
        decomposed = unicodedata.normalize("NFKD" if "K" in form else "NFD", text)
        text = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    if lowercase:
        text = text.lower()
    return unicodedata.normalize(form, text) if form else text
