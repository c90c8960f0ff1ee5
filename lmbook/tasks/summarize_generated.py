"""Summaries in new words, by a decoder that follows an instruction.

The model reads the beginning of the text and a request, and writes. What it writes need not be
true: ``lmbook.tasks.summarize_facts`` lists names and numbers that the text lacks.
"""

from collections.abc import Sequence

from lmbook.arguments import check_text, check_texts, check_type, check_whole
from lmbook.tasks.answer_baselines import split_sentences
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import Message


def beginning(text: str, n_words: int) -> str:
    """The first sentences of ``text``, of ``n_words`` words together at most.

    The first sentence is whole even if it alone is longer. Raises ``ValueError`` for a text
    without a sentence, or ``n_words`` below 1.
    """
    check_text("text", text)
    check_whole("n_words", n_words, 1)
    sentences = split_sentences(text)
    if not sentences:
        raise ValueError("text is empty: there is nothing to sum up")
    kept, n_held = sentences[:1], len(sentences[0].split())
    for sentence in sentences[1:]:
        n_held += len(sentence.split())
        if n_held > n_words:
            break
        kept.append(sentence)
    return " ".join(kept)


def summary_messages(text: str, n_sentences: int = 2, n_words: int = 300) -> list[Message]:
    """A conversation that asks for a summary of the beginning of ``text``.

    Raises ``ValueError`` for ``n_sentences`` below 1, and as ``beginning`` does.
    """
    check_whole("n_sentences", n_sentences, 1)
    length = f"{n_sentences} sentence{'s' if n_sentences > 1 else ''}"
    request = f"Summarize this article in {length}."
    return [{"role": "user", "content": f"{beginning(text, n_words)}\n\n{request}"}]


def write_summaries(
    chat: Chat,
    texts: Sequence[str],
    n_sentences: int = 2,
    n_words: int = 300,
    batch_size: int = 8,
) -> list[str]:
    """A summary of each text: the likeliest tokens, of which the first sentences are kept.

    Prompts of like length share a batch. A model that stops at ``chat.n_tokens`` leaves its last
    sentence unfinished. Raises ``ValueError`` as ``summary_messages`` and ``Chat.answers`` do.
    """
    check_type("chat", chat, Chat)
    check_texts("texts", texts)
    check_whole("batch_size", batch_size, 1)
    asked = [summary_messages(text, n_sentences, n_words) for text in texts]
    order = sorted(range(len(asked)), key=lambda i: len(chat.prompt(asked[i])))
    written: dict[int, str] = {}
    for begin in range(0, len(order), batch_size):
        chosen = order[begin : begin + batch_size]
        written |= zip(chosen, chat.answers([asked[i] for i in chosen]), strict=True)
    return [" ".join(split_sentences(written[i])[:n_sentences]) for i in range(len(asked))]
