"""The reader of wrong_answers.txt: by hand, and what it refuses."""

import pytest

from tools.exercises import wrong_answers

SOLUTION = "def f(x):\n    y = x\n    y = y + 1\n    return y"


def applied(text: str) -> str:
    (block,) = wrong_answers.parse(text)
    return wrong_answers.apply(block, SOLUTION)


def test_lines_are_replaced_in_order_and_the_others_stay():
    text = "q1 two changes\n-     y = x\n+     y = 2 * x\n-     return y\n+     return -y\n"
    assert applied(text) == "def f(x):\n    y = 2 * x\n    y = y + 1\n    return -y"


def test_lines_without_replacement_go():
    assert applied("q1 one less\n-     y = y + 1\n") == "def f(x):\n    y = x\n    return y"


def test_plus_alone_is_a_whole_answer():
    assert applied("q1 whole\n+ def f(x):\n+\n+     return 1\n") == "def f(x):\n\n    return 1"


def test_right_answers_are_told_from_wrong_ones():
    blocks = wrong_answers.parse("# comment\nq1 wrong\n+ f = 1\n\nright q2 a loop\n+ g = 2\n")
    assert [(b.right, b.question, b.message) for b in blocks] == [
        (False, "q1", "wrong"),
        (True, "q2", "a loop"),
    ]


@pytest.mark.parametrize("line", ["    y = z", "y = y"])
def test_a_stale_block_is_named(line):
    with pytest.raises(ValueError, match=r"q1 'stale': found 0 times, not once"):
        applied(f"q1 stale\n- {line}\n+     pass\n")


def test_a_line_that_stands_there_twice_is_refused():
    (block,) = wrong_answers.parse("q1 twice\n- x = 1\n+ x = 2\n")
    with pytest.raises(ValueError, match="found 2 times"):
        wrong_answers.apply(block, "x = 1\nx = 1")


def test_what_is_neither_head_nor_code_is_refused_with_its_line():
    with pytest.raises(ValueError, match="line 2 is not a head"):
        wrong_answers.parse("q1 message\nreturn y\n")


def test_a_block_that_changes_nothing_is_refused():
    with pytest.raises(ValueError, match="changes nothing"):
        applied("q1 nothing\n")


def test_a_question_that_the_notebook_lacks_is_refused(tmp_path, monkeypatch):
    slug = "03-ngram-models"
    folder = tmp_path / slug
    folder.mkdir()
    source = wrong_answers.EXERCISES / slug / f"{slug}.ipynb"
    (folder / source.name).write_bytes(source.read_bytes())
    (folder / "wrong_answers.txt").write_text("q9 none\n+ x = 1\n")
    monkeypatch.setattr(wrong_answers, "EXERCISES", tmp_path)
    with pytest.raises(ValueError, match="unknown question q9"):
        wrong_answers.cases(slug)


def test_the_solution_is_read_without_marks_of_the_assignment():
    slug = "03-ngram-models"
    code = wrong_answers.solutions(wrong_answers.EXERCISES / slug / f"{slug}.ipynb")["q1"]
    assert code.startswith("def skip_bigrams(")
    assert code.endswith("    return counts")


def test_dots_stand_for_lines_up_to_the_next_one_given_or_to_the_end():
    assert applied("q1 up to\n-     y = x\n- ...\n-     return y\n+     return x\n") == (
        "def f(x):\n    return x"
    )
    assert applied("q1 to the end\n-     y = x\n- ...\n+     return x\n") == (
        "def f(x):\n    return x"
    )
