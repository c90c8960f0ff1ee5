"""Answers that a model writes after reading passages, and what can be checked about them.

Retrieval-augmented generation hands the retrieved passages to a decoder in the question's place
(Lewis et al., 2020). What it writes need not stand in any passage: ``holds`` and
``lmbook.tasks.summarize_facts.unsupported`` look.
"""

from collections.abc import Sequence

from lmbook.arguments import check_text, check_texts
from lmbook.metrics.answers import normalize_answer
from lmbook.tasks.chat_template import Message

_TASK = "Answer the question in a few words."
_DECLINING = "Answer the question in a few words, or say: not stated."
_EXAMPLES = (
    ("Alba, Waterways. longest river: Tarn (310 km)", "Which is Alba's longest river?", "Tarn"),
    ("Alba, Area. land: 52,000 sq km; water: 40 sq km", "How big is Alba's land?", "52,000 sq km"),
)
_UNANSWERED = ("Alba, Area. land: 52,000 sq km", "Who is the king of Alba?", "not stated")


def passage_messages(
    question: str, passages: Sequence[str], may_decline: bool = False
) -> list[Message]:
    """A conversation that asks for a short answer: two invented examples, then the question.

    Without ``passages`` the model has to answer from memory, and the examples show no text. With
    ``may_decline`` a third example answers "not stated", and the task names this way out.
    """
    check_text("question", question)
    check_texts("passages", passages)
    messages: list[Message] = []
    task = _DECLINING if may_decline else _TASK
    for text, asked, answer in (*_EXAMPLES, *([_UNANSWERED] if may_decline else [])):
        shown = [text] if passages else []
        messages.append({"role": "user", "content": _request(task, asked, shown)})
        messages.append({"role": "assistant", "content": answer})
    return [*messages, {"role": "user", "content": _request(task, question, passages)}]


def holds(text: str, answer: str) -> bool:
    """Whether the words of ``answer`` stand in ``text``, one after another, both normalised.

    Normalised as for exact match: "The capital is Paris." holds "paris". An answer without a word
    stands nowhere.
    """
    check_text("text", text)
    check_text("answer", answer)
    words = normalize_answer(answer)
    return bool(words) and f" {words} " in f" {normalize_answer(text)} "


def _request(task: str, question: str, passages: Sequence[str]) -> str:
    return "\n".join([*passages, task, question])
