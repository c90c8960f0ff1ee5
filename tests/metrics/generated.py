"""Texts for the tests of generation metrics: pairs that share words, marks, digits and scripts."""

from hypothesis import strategies as st

WORDS = ["the", "cat", "sat", "on", "3.14", "1,000", "U.S.", "cat,", "well-known", "5-6", "don't"]
WORDS += [
    "&amp;",
    "&lt;b&gt;",
    "<skipped>",
    "$5",
    "né",
    "“so”",
    "x\u00a0y",
    "running",
    "cats.",
    "…",
]
CHINESE = ["我们", "看见", "猫", "。", "3.5", "GPU"]

line = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
loose = st.text("ab .,-'3中é&;\t\n\u3000—", max_size=12)
hypothesis_line = st.one_of(line, line, loose)
reference_line = st.one_of(line, line, loose.filter(str.strip))
corpus = st.lists(st.tuples(hypothesis_line, st.lists(reference_line, min_size=1, max_size=3)))
corpora = corpus.filter(bool).map(lambda rows: tuple(map(list, zip(*rows, strict=True))))

# written for these tests: a few sentences, with two references each
HYPOTHESES = [
    "The ferry leaves at 7.30, they said.",
    "A storm closed the old port",
    "",
    "Nobody reads the well-known report (again).",
]
REFERENCES = [
    ["The ferry leaves at 7.30, he said.", "At 7.30 the ferry departs, they told us."],
    ["A storm has closed the old port.", "The old port was closed by a storm."],
    ["Prices rose by 1,000 euros.", "The price went up."],
    ["No one reads the well-known report again.", "Nobody has read that report."],
]


def streams(references):
    """sacrebleu's lists: one for each set of references, None where a text has fewer."""
    most = max(map(len, references))
    return [[row[k] if k < len(row) else None for row in references] for k in range(most)]
