"""Every number in prose that looks measured stands in an output of its chapter.

An exception in number_exceptions.toml is a reason in words, or an expression that gives the
number: "0.23" = "= sqrt(0.1 / 1.9)".
"""

import json
import math
import re
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tools.site import notebooks
from tools.studies import scaled

CHAPTERS = notebooks.pages()
EXCEPTIONS = tomllib.loads(Path(__file__).with_name("number_exceptions.toml").read_text("utf-8"))

NUMBER = re.compile(
    r"(?<![\w.,/§^{-])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+)(?P<percent> ?\\?%)?"
    r"(?![\w^]|\.\d)"
)
PRINTED = re.compile(r"(?<![\w.])\d[\d_]*(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?")
CITED = re.compile(r"\{cite(?::\w+)?\}`")
FENCE = re.compile(
    r"^(`{3,}|~{3,})(?!\{(?:admonition|note|tip|warning|exercise)).*?^\1\s*$", re.M | re.S
)
REFERENCE = re.compile(r"\{(?:doc|ref|eq|numref|prf:ref|download)\}`[^`]*`|\]\([^)]*\)|<[^>]+>")
CODE = re.compile(r"(?<![\w}])`+[^`]+`+")
SENTENCE = re.compile(r"(?<=[.!?:”\"])\s+(?=[A-Z“\"*$\d])|\n{2,}|\n(?=[-*|#\d])")
DISPLAY = re.compile(r"\$\$.+?\$\$", re.S)


def is_measured(found: re.Match) -> bool:
    """Decimals, thousands and percentages; a small whole number is a count that one can see."""
    return bool(found["percent"]) or "." in found["number"] or "," in found["number"]


def sentences(notebook):
    """(cell, sentence) of the prose without citations, code, display equations and addresses.

    The rows of a table have the citations of the text that stands around it.
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = DISPLAY.sub(" ", FENCE.sub(" ", cell.source))
            is_cited = CITED.search(text)
            text = CODE.sub(" ", REFERENCE.sub(" ", text))
            for sentence in SENTENCE.split(text):
                row = sentence.lstrip().startswith("|")
                if not (is_cited if row else CITED.search(sentence)):
                    yield cell.id, sentence


@cache
def known(path: Path) -> frozenset[Decimal]:
    """The numbers that the chapter prints, here or in its long run, and those of its code."""
    cells = notebooks.code_cells(notebooks.read(path))
    texts = [text for cell in cells for text in (cell.source, _shown(cell))]
    record = scaled.FOLDER / f"{path.name[:2]}.json"
    if record.is_file():
        texts += json.loads(record.read_text("utf-8"))["cells"].values()
    words = PRINTED.findall("\n".join(texts))
    return frozenset(Decimal(word.replace(",", "").replace("_", "")) for word in words)


def _shown(cell) -> str:
    """A cell's text and HTML outputs; a widget's state and a figure's pixels say nothing."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", ""))
        data = output.get("data", {})
        parts += [data.get("text/plain", ""), re.sub(r"<[^>]+>", " ", data.get("text/html", ""))]
    return "\n".join(parts)


def stands(word: str, values) -> bool:
    """True if a value rounds to the number, or its hundredth does where it is a percentage."""
    number = Decimal(word.rstrip("%").replace(",", ""))
    step = Decimal(1).scaleb(number.as_tuple().exponent)
    scales = (1, 100) if word.endswith("%") else (1,)
    return any(abs(value * scale - number) <= step / 2 for value in values for scale in scales)


def unfounded(notebook, values) -> list[tuple[str, str, str]]:
    """(cell, number, sentence) of every measured number that no value carries."""
    return [
        (cell_id, word, " ".join(sentence.split()))
        for cell_id, sentence in sentences(notebook)
        for found in NUMBER.finditer(sentence)
        if is_measured(found)
        and not stands(word := found["number"] + ("%" if found["percent"] else ""), values)
    ]


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_a_number_in_prose_is_printed_by_a_cell_or_cited(path):
    allowed = EXCEPTIONS.get(path.name[:2], {})
    faults = unfounded(notebooks.read(path), known(path))
    assert [fault for fault in faults if fault[1] not in allowed] == []


def test_an_exception_is_needed_and_its_expression_gives_the_number(path):
    needed = {word for _, word, _ in unfounded(notebooks.read(path), known(path))}
    for word, reason in EXCEPTIONS.get(path.name[:2], {}).items():
        assert word in needed, f"{word} stands in an output: the exception can go"
        if reason.startswith("="):
            value = eval(reason[1:], {"__builtins__": {}}, vars(math))
            assert stands(word, [Decimal(value)]), f"{word} is {value}"
        else:
            assert len(reason) > 20, f"why is {word} an exception?"


def test_a_number_that_no_cell_prints_is_found():
    text = "The loss is 1.25 nats, half of 2.50, in 1,500 steps or 12% of 3 epochs."
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    words = [word for _, word, _ in unfounded(notebook, [])]
    assert words == ["1.25", "2.50", "1,500", "12%"]
    values = [Decimal("1.2496"), Decimal("2.5"), Decimal("1500"), Decimal("0.1234")]
    assert unfounded(notebook, values) == []
    assert unfounded(notebook, [Decimal("1.26")])[0][1] == "1.25"


@pytest.mark.parametrize(
    "text",
    [
        "They report 3.75 {cite:p}`someone`.",
        "From {cite:t}`someone`:\n\n| a | b |\n|---|---|\n| 3.75 | 4.25 |",
        "```\nx = 3.75\n```",
        "`lr=3.75` and $$x = 3.75$$ and [a link](https://a.org/3.75)",
    ],
)
def test_citations_code_and_display_equations_need_no_output(text):
    assert unfounded(new_notebook(cells=[new_markdown_cell(text)]), []) == []
