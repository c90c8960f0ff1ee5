"""How a conversation becomes one row of tokens, and which of them a model learns to write.

A conversation is a list of messages, each a dictionary with a "role" ("system", "user" or
"assistant") and its "content". A template writes a heading before each message and a special
token behind it. What people typed is encoded as plain text: in a message the letters ``</s>`` are
letters, so that nobody can end a turn but the one whose turn it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lmbook.arguments import check_several, shown
from lmbook.tokenizers.base import Tokenizer

Message = Mapping[str, str]
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class ChatRow:
    """Ids of a conversation, and True where an id is one that the assistant has to write."""

    ids: list[int]
    mask: list[bool]


@dataclass(frozen=True, kw_only=True)
class ChatTemplate:
    """What stands around the messages.

    ``headings`` has a text a role, ``end`` is the special token that ends a message, and
    ``separator`` what stands between it and the next heading. ``default_system`` is the system
    message of a conversation without one. With ``add_start`` the model's own start token stands
    before the row. Raises ``ValueError`` for a template without a heading for the user or the
    assistant, with an unknown role, two equal headings, or no end.
    """

    headings: Mapping[str, str]
    end: str
    separator: str = ""
    default_system: str | None = None
    add_start: bool = False
    roles: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", tuple(self.headings))
        for role in ("user", "assistant"):
            if not self.headings.get(role):
                raise ValueError(f"headings={shown(dict(self.headings))} has none for {role!r}")
        if unknown := set(self.headings) - set(ROLES):
            raise ValueError(f"headings: role {min(unknown)!r} is none of {', '.join(ROLES)}")
        if len(set(self.headings.values())) < len(self.headings):
            raise ValueError(f"headings={shown(dict(self.headings))}: two roles have the same")
        if not self.end:
            raise ValueError("end='' ends no message: name a special token")
        if self.default_system is not None and "system" not in self.headings:
            raise ValueError("default_system is given, and headings has none for 'system'")

    def complete(self, messages: Sequence[Message]) -> list[Message]:
        """The messages, with the default system message first if there is none.

        Raises ``ValueError`` naming the first message that is no dictionary of role and content,
        whose role is unknown or has no heading, or out of order: a system message only first, then
        user and assistant in turn, the user first.
        """
        check_several("messages", messages)
        if not messages:
            raise ValueError("messages is empty: a conversation has at least one")
        for i, message in enumerate(messages):
            self._check(i, message)
        begin = int(messages[0]["role"] == "system")
        for i, message in enumerate(messages[begin:], begin):
            wanted = ("user", "assistant")[(i - begin) % 2]
            if message["role"] != wanted:
                role = message["role"]
                raise ValueError(f"messages[{i}] has role {role!r} where {wanted!r} has to speak")
        if self.default_system is not None and not begin:
            return [{"role": "system", "content": self.default_system}, *messages]
        return list(messages)

    def render(self, messages: Sequence[Message], *, add_heading: bool = False) -> str:
        """The conversation as one text; with ``add_heading`` the assistant's heading at its end.

        Raises ``ValueError`` as ``complete`` does.
        """
        parts = [
            self.headings[message["role"]] + message["content"] + self.end + self.separator
            for message in self.complete(messages)
        ]
        return "".join(parts) + (self.headings["assistant"] if add_heading else "")

    def encode(
        self, messages: Sequence[Message], tokenizer: Tokenizer, *, add_heading: bool = False
    ) -> ChatRow:
        """The ids, and a mask that is True at the assistant's words and the ends of its messages.

        Headings, contents and separators are encoded one by one, so that the assistant's heading
        has the same ids in training as before an answer. Special tokens count in the template's
        own parts only. Raises ``ValueError`` as ``complete`` does, and if ``end`` is no special
        token of the tokenizer.
        """
        end_id = self.end_id(tokenizer)
        ids: list[int] = []
        mask: list[bool] = []
        for message in self.complete(messages):
            heading = self._own(tokenizer, self.headings[message["role"]])
            content = [*tokenizer.encode(message["content"]), end_id]
            after = self._own(tokenizer, self.separator)
            spoken = message["role"] == "assistant"
            ids += heading + content + after
            mask += [False] * len(heading) + [spoken] * len(content) + [False] * len(after)
        if add_heading:
            heading = self._own(tokenizer, self.headings["assistant"])
            ids, mask = ids + heading, mask + [False] * len(heading)
        return ChatRow(ids, mask)

    def end_id(self, tokenizer: Tokenizer) -> int:
        """The id of ``end``. Raises ``ValueError`` if it is no special token of the tokenizer."""
        found = self._own(tokenizer, self.end)
        if len(found) != 1:
            raise ValueError(f"end={self.end!r} is no special token of the tokenizer")
        return found[0]

    def _own(self, tokenizer: Tokenizer, text: str) -> list[int]:
        return tokenizer.encode(text, allow_special=True)  # pyright: ignore[reportCallIssue]

    def _check(self, i: int, message: object) -> None:
        if not isinstance(message, Mapping) or {"role", "content"} - set(message):
            raise ValueError(f"messages[{i}]={shown(message)} lacks 'role' or 'content'")
        if message["role"] not in self.headings:
            known = ", ".join(self.headings)
            raise ValueError(f"messages[{i}] has role {message['role']!r}, none of {known}")
        if not isinstance(message["content"], str):
            raise ValueError(f"messages[{i}]: content={shown(message['content'])} is not a string")


CHATML = ChatTemplate(
    headings={role: f"<|im_start|>{role}\n" for role in ROLES},
    end="<|im_end|>",
    separator="\n",
)
"""The format of many published models, among them Qwen and SmolLM2, without a default system
message."""

SMOLLM2 = replace(
    CHATML,
    default_system="You are a helpful AI assistant named SmolLM, trained by Hugging Face",
)
"""The format of SmolLM2-Instruct, as its file states it."""

BOOK = ChatTemplate(
    headings={"user": "Reader:\n", "assistant": "Book:\n"}, end="</s>", add_start=True
)
"""The book's own format, that of two characters of a play, with the end that its models know."""


def exchanges(pairs: Iterable[tuple[str, str]]) -> list[list[Message]]:
    """A conversation of one question and one answer for each pair of texts."""
    return [
        [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
        for asked, answer in pairs
    ]
