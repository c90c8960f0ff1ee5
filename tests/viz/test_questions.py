import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from lmbook.viz import questions
from lmbook.viz.questions import Option, Question

RIGHT = Option("two", "1 + 1 = 2", correct=True)
WRONG = Option("three", "that is 1 + 2")
SCRIPT = Path(questions.__file__).parent / "question.js"


def run_js(code: str) -> object:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the JavaScript of the question is not run")
    source = SCRIPT.read_text(encoding="utf-8") + f"\nconsole.log(JSON.stringify({code}));"
    done = subprocess.run(
        [node, "--input-type=module"], input=source, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_the_saved_state_holds_the_prompt_and_every_reason():
    question = Question("1 + 1?", [RIGHT, WRONG])
    state = question.get_state()
    assert state["prompt"] == "1 + 1?"
    assert state["options"] == [
        {"text": "two", "reason": "1 + 1 = 2", "correct": True},
        {"text": "three", "reason": "that is 1 + 2", "correct": False},
    ]


def test_the_saved_state_of_a_question_stays_below_12_kilobytes():
    state = Question("1 + 1?", [RIGHT, WRONG]).get_state()
    assert len(json.dumps({k: str(v) for k, v in state.items()})) < 12_000


def test_the_plain_text_of_a_question_names_its_prompt():
    assert repr(Question("1 + 1?", [RIGHT, WRONG])) == "Question('1 + 1?', 2 options)"


def test_backticks_split_a_text_into_words_and_code():
    assert run_js('inlineParts("use `<b>` here")') == [
        {"code": False, "text": "use "},
        {"code": True, "text": "<b>"},
        {"code": False, "text": " here"},
    ]


def test_the_order_shown_is_a_shuffle_that_the_prompt_alone_decides():
    orders = run_js('["1 + 1?", "1 + 1?", "1 + 2?", "1 + 3?"].map((q) => shownOrder(q, 5))')
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) > 1
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders)


def test_over_many_prompts_each_order_of_three_options_is_equally_frequent():
    prompts = "Array.from({length: 6000}, (_, i) => `What is ${i} + 1?`)"
    counts = Counter(map(tuple, run_js(f"{prompts}.map((q) => shownOrder(q, 3))")))
    # 1000 expected each; four standard deviations of a binomial count are 115
    assert len(counts) == 6 and all(abs(n - 1000) < 115 for n in counts.values())


def test_options_that_name_each_other_keep_their_order():
    assert run_js('["a?", "b?", "c?"].map((q) => shownOrder(q, 3, true))') == [[0, 1, 2]] * 3
    assert Question("1 + 1?", [RIGHT, WRONG], keep_order=True).get_state()["keep_order"] is True
    assert Question("1 + 1?", [RIGHT, WRONG]).get_state()["keep_order"] is False


def test_right_wrong_and_nothing_chosen_are_told_apart_by_words():
    assert run_js("[{correct: true}, {correct: false}, undefined].map(verdict)") == [
        {"state": "right", "label": "✓ Right."},
        {"state": "wrong", "label": "✗ Not right."},
        {"state": "none", "label": "Choose an option first."},
    ]


@pytest.mark.parametrize("options", [[], [RIGHT]])
def test_fewer_than_two_options_are_refused(options):
    with pytest.raises(ValueError, match=f"has {len(options)} options, needs 2"):
        Question("1 + 1?", options)


def test_a_question_without_a_correct_option_is_refused():
    with pytest.raises(ValueError, match=r"correct options=\[\]"):
        Question("1 + 1?", [WRONG, Option("four", "that is 2 + 2")])


def test_two_correct_options_are_refused_and_named():
    with pytest.raises(ValueError, match=r"correct options=\['two', '2'\]"):
        Question("1 + 1?", [RIGHT, Option("2", "the same", correct=True)])


def test_the_same_option_twice_is_refused():
    with pytest.raises(ValueError, match="same text twice"):
        Question("1 + 1?", [RIGHT, Option("two", "again")])


def test_an_option_without_a_reason_is_refused_and_named():
    with pytest.raises(ValueError, match="reason of option 'two'=' ' is empty"):
        Option("two", " ")


def test_an_empty_prompt_is_refused():
    with pytest.raises(ValueError, match="prompt='' is empty"):
        Question("", [RIGHT, WRONG])


def test_an_open_backtick_is_refused_and_named():
    with pytest.raises(ValueError, match="text='`two' has a backtick"):
        Option("`two", "1 + 1 = 2")
