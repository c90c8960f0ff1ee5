"""A live chat: the book's instructed model answers what the reader says."""

from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import BOOK
from lmbook.viz.live.base import LiveWidget, checked_text, joined
from lmbook.viz.live.bundles import CHAT
from lmbook.zoo.chat import load_chat_model

N_TOKENS = 48


class LiveChat(LiveWidget):
    """Questions to the model of ``load_chat_model("sft")``, each answered for itself.

    ``text`` is the question of the stored example, which has the likeliest answer. What the reader
    types stays in the page; it and the answers are shown as text. Raises ``ValueError`` for a text
    that is empty, has over 2,000 characters, or is too long for the model.
    """

    _esm, _css = joined("chat", "lc")

    def __init__(self, text: str) -> None:
        checked_text(text)
        chat = Chat(*load_chat_model("sft"), BOOK, n_tokens=N_TOKENS)
        (answer,) = chat.answers([[{"role": "user", "content": text}]])
        super().__init__({CHAT: "the book's chat"}, {"text": text, "answer": answer})

    def rows(self) -> list[tuple[str, str]]:
        """The stored answer."""
        return [("answer", self.example["answer"])]
