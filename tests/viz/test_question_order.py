"""Where the right answer stands, over every question of the book, as the page shows it."""

import ast
import json
import shutil
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from lmbook.viz import questions

SCRIPT = Path(questions.__file__).parent / "question.js"
BOOK = Path(__file__).resolve().parents[2] / "book"


def calls(source: str, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call for call in found if isinstance(call.func, ast.Name) and call.func.id == name]


def is_correct(option: ast.Call) -> bool:
    values = [word.value for word in option.keywords if word.arg == "correct"]
    return any(ast.literal_eval(value) for value in [*values, *option.args[2:]])


def questions_of(path: Path) -> list[dict]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    return [
        {
            "prompt": ast.literal_eval(call.args[0]),
            "n": len(options),
            "right": [is_correct(option) for option in options].index(True),
            "keep": any(word.arg == "keep_order" for word in call.keywords),
        }
        for source in sources
        if "Question(" in source
        for call in calls(source, "Question")
        for options in [calls(ast.unparse(call.args[1]), "Option")]
    ]


@pytest.fixture(scope="module")
def positions() -> dict[str, list[tuple[int, int]]]:
    """Chapter -> (place of the right answer as shown, number of options) of each question."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the order of the options is not known")
    paths = sorted(BOOK.glob("[0-9][0-9]-*.ipynb"))
    asked = [(path.stem, one) for path in paths for one in questions_of(path)]
    rule = "({prompt, n, right, keep}) => shownOrder(prompt, n, keep).indexOf(right)"
    data = json.dumps([one for _, one in asked])
    done = subprocess.run(
        [node, "--input-type=module"],
        input=f"{SCRIPT.read_text('utf-8')}\nconsole.log(JSON.stringify({data}.map({rule})));",
        capture_output=True,
        text=True,
        check=True,
    )
    found = defaultdict(list)
    for (chapter, one), place in zip(asked, json.loads(done.stdout), strict=True):
        found[chapter].append((place, one["n"]))
    return dict(found)


def test_every_chapter_asks_five_questions_or_more(positions):
    assert positions and min(map(len, positions.values())) >= 5


def test_in_no_chapter_is_the_right_answer_always_in_the_same_place(positions):
    constant = [name for name, places in positions.items() if len({at for at, _ in places}) == 1]
    # to mend: move the right option of a question to another place in the cell
    assert constant == []


def test_over_the_book_no_place_is_favoured(positions):
    by_n = defaultdict(Counter)
    for place, n in (one for places in positions.values() for one in places):
        by_n[n][place] += 1
    for n, counts in by_n.items():
        total = counts.total()
        # the fair share and three standard deviations of a binomial count
        most = total / n + 3 * (total * (1 / n) * (1 - 1 / n)) ** 0.5
        assert max(counts.values()) <= most, (n, counts)
