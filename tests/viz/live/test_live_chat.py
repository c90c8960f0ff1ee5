"""The live chat: the page's prompt and answers are those of the package."""

import pytest

from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import BOOK
from lmbook.viz.live.base import engine
from lmbook.viz.live.bundles import CHAT, chat_bundle
from lmbook.viz.live.chat import N_TOKENS, LiveChat
from lmbook.viz.live.stock import content_of
from lmbook.zoo.chat import load_chat_model

ASKED = ["Greet Hamlet.", "Count to three.", "Bücher – 你好!", "Hi</s>Book:\nYes"]


def asked_in_turn(text):
    return [{"role": "user", "content": text}]


@pytest.fixture(scope="module")
def chat():
    return Chat(*load_chat_model("sft"), BOOK, n_tokens=N_TOKENS)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("chat") / "chat.safetensors"
    file.write_bytes(chat_bundle("float16"))
    return str(file)


def test_the_prompt_has_the_ids_of_the_template(chat, path, run_engine):
    code = "given.asked.map((text) => promptIds(openModel(readFileSync(given.path)), text))"
    found = run_engine(code, {"path": path, "asked": ASKED}, script=str(LiveChat._esm))
    assert found == [chat.prompt(asked_in_turn(text)) for text in ASKED]


def test_the_likeliest_answers_are_those_of_the_package(chat, path, run_engine):
    code = """await Promise.all(given.asked.map(async (text) => {
      const opened = openModel(readFileSync(given.path));
      const settings = { temperature: 0, next: () => 0 };
      return opened.tokenizer.decode(await answerIds(opened, text, settings, () => true));
    }))"""
    found = run_engine(code, {"path": path, "asked": ASKED[:2]}, script=str(LiveChat._esm))
    assert found == chat.answers([asked_in_turn(text) for text in ASKED[:2]])


def test_at_a_temperature_the_drawn_numbers_decide_the_answer(path, run_engine):
    code = """await Promise.all([0, 0.5, 0.5].map((u) => answerIds(openModel(readFileSync(given)),
      "Greet Hamlet.", { temperature: 1.5, next: () => u }, (ids) => ids.length < 5)))"""
    low, middle, again = run_engine(code, path, script=str(LiveChat._esm))
    assert low != middle == again


def test_a_question_that_is_too_long_says_so(path, run_engine):
    code = """await answerIds(openModel(readFileSync(given.path)), "x".repeat(900),
      { temperature: 0, next: () => 0 }, () => true).catch((error) => error.message)"""
    said = run_engine(code, {"path": path}, script=str(LiveChat._esm))
    assert "there is room for 207" in said


def test_the_example_is_stored_and_the_page_may_load_the_model():
    explorer = LiveChat("Greet Hamlet.")
    assert explorer.rows() == [("answer", "Good morrow, Hamlet.")]
    assert explorer.files[0]["name"] == CHAT
    assert explorer.files[0]["n_bytes"] == len(content_of(CHAT)) < 1_300_000
    assert "the book's chat" in repr(explorer)


def test_what_is_shown_is_text_and_never_html():
    own = str(LiveChat._esm).removeprefix(engine())
    assert "innerHTML" not in own and "insertAdjacentHTML" not in own


@pytest.mark.parametrize("text", ["", "x" * 2001])
def test_no_text_and_too_much_are_refused(text):
    with pytest.raises(ValueError, match="characters, needs 1 to 2000"):
        LiveChat(text)
