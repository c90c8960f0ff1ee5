"""A model that answers: whole conversations at once, or one answer piece by piece."""

from collections.abc import Iterator, Sequence

import torch

from lmbook.arguments import check_several, check_type, check_whole, shown
from lmbook.decoding.filters import Filter, apply_filters
from lmbook.decoding.filters import temperature as divided
from lmbook.decoding.generate import choose, generate
from lmbook.decoding.steps import CachedModel, inference, start_steps
from lmbook.language_model import LanguageModel
from lmbook.tasks.chat_template import ChatTemplate, Message
from lmbook.tokenizers.base import Tokenizer

_BROKEN = "\ufffd"  # what stands for the bytes of a character that is not complete yet


class Chat:
    """A causal model with its tokenizer and the template that it was taught.

    ``n_tokens`` is the length of the longest answer. Raises ``ValueError`` if the template's end
    is no token of the tokenizer, for a model without a cache, and if no room is left for a prompt.
    """

    def __init__(
        self, model: LanguageModel, tokenizer: Tokenizer, template: ChatTemplate, n_tokens: int = 64
    ) -> None:
        check_type("template", template, ChatTemplate)
        if not isinstance(model, CachedModel):
            raise ValueError(f"model={shown(model)} is a {type(model).__name__}, without a cache")
        check_whole("n_tokens", n_tokens, 1)
        self.model, self.tokenizer, self.template = model, tokenizer, template
        self.n_tokens, self.end_id = n_tokens, template.end_id(tokenizer)
        self._n_prompt = getattr(model.config, "n_positions", 10**9) - n_tokens
        if self._n_prompt < 1:
            raise ValueError(f"n_tokens={n_tokens} leaves no room in the model's n_positions")

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Ids of the conversation and of the assistant's heading.

        If they are too many, the oldest exchanges are left out; a system message stays. Raises
        ``ValueError`` if the last message alone is too long, or is not the user's.
        """
        kept = self.template.complete(messages)
        if kept[-1]["role"] != "user":
            raise ValueError(f"messages end with role {kept[-1]['role']!r}: the user has to speak")
        begin = int(kept[0]["role"] == "system")
        while True:
            ids = self.template.encode(kept, self.tokenizer, add_heading=True).ids
            if len(ids) <= self._n_prompt:
                return ids
            if len(kept) <= begin + 1:
                limit = f"n_positions less n_tokens={self.n_tokens}: {self._n_prompt}"
                raise ValueError(f"messages: the last one takes {len(ids)} tokens, above {limit}")
            del kept[begin : begin + 2]

    def answers(
        self,
        conversations: Sequence[Sequence[Message]],
        generator: torch.Generator | None = None,
        temperature: float = 1.0,
        filters: Sequence[Filter] = (),
    ) -> list[str]:
        """An answer to each conversation: the likeliest tokens, or drawn with ``generator``.

        Raises ``ValueError`` as ``prompt`` and ``lmbook.decoding.generate.generate`` do.
        """
        check_several("conversations", conversations)
        rows = generate(
            self.model,
            [self.prompt(messages) for messages in conversations],
            self.n_tokens,
            eos_id=self.end_id,
            generator=generator,
            temperature=temperature,
            filters=filters,
            add_start=self.template.add_start,
        )
        return [self.tokenizer.decode([i for i in row if i != self.end_id]) for row in rows]

    def stream(
        self,
        messages: Sequence[Message],
        generator: torch.Generator | None = None,
        temperature: float = 1.0,
        filters: Sequence[Filter] = (),
    ) -> Iterator[str]:
        """The answer in pieces, each as soon as its characters are complete.

        A token may end within a character: its bytes wait for the next one. Joined, the pieces
        are what ``answers`` gives. Raises ``ValueError`` as ``prompt`` does, at the first piece.
        """
        prompt = self.prompt(messages)
        with inference(self.model):  # not around the loop: the caller's code runs at each yield
            steps = start_steps(self.model, [prompt], self.n_tokens, self.template.add_start)
        ids: list[int] = []
        n_shown = 0
        for step in range(self.n_tokens):
            with inference(self.model):
                if step:
                    steps.append(torch.tensor(ids[-1:], device=steps.scores.device))
                scores = apply_filters(divided(steps.scores, temperature), filters)
                token = int(choose(scores, generator))
            if token == self.end_id:
                break
            ids.append(token)
            whole = self.tokenizer.decode(ids).rstrip(_BROKEN)
            if len(whole) > n_shown:
                yield whole[n_shown:]
                n_shown = len(whole)
        rest = self.tokenizer.decode(ids)[n_shown:]
        if rest:
            yield rest
