"""Answers that a decoder writes about the factbook: python -m tools.studies.generated_answers.

SmolLM2 answers one test question in thirty-two, in four settings, on one thread; name some to run
these alone:

``memory``   from the question alone
``three``    after the three passages that dense retrieval put first
``right``    after the passage that the question is about
``foreign``  after the passage of the same field of another country

What it writes goes to lmbook/zoo/studies/generated_answers.json. "seconds" is processor time.
"""

import argparse
import sys
import time
from collections.abc import Callable

import torch

from lmbook.data.sets.reading import Question, ReadingSet, load_reading
from lmbook.tasks.answer_generated import passage_messages
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import SMOLLM2
from lmbook.zoo import studies
from lmbook.zoo.pretrained import load_smollm2
from tools.studies._lines import write_lines

EVERY, OFFSET = 4, 1  # of the questions of the other study, which asks one in eight
N_TOKENS, LONGEST, BATCH_SIZE = 16, 600, 8  # tokens of an answer, characters of a passage
N_READ, STEP = 3, 7  # passages; the foreign country is the seventh after the right one


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", nargs="*", help=f"of {', '.join(SETTINGS)}; default all")
    names = parser.parse_args().settings or list(SETTINGS)
    torch.set_num_threads(1)
    store = studies.file_of("generated_answers")
    stored = studies.results("generated_answers") if store.is_file() else {}
    reading = load_reading()
    model, tokenizer, _ = load_smollm2()
    chat = Chat(model.to(torch.bfloat16), tokenizer, SMOLLM2, n_tokens=N_TOKENS)
    for name in names:
        begin = time.process_time()
        read = passages(reading, name)
        answers = write(chat, reading, name, read)
        seconds = round(time.process_time() - begin, 1)
        stored[name] = {"seconds": seconds, "passages": read, "answers": answers}
        print(name, stored[name]["seconds"], answers[:5], flush=True)
        write_lines(store, stored)
    return 0


def asked(reading: ReadingSet) -> list[int]:
    """The numbers of the questions among those of the other study."""
    return list(range(OFFSET, len(reading.test[::8]), EVERY))


def passages(reading: ReadingSet, name: str) -> list[list[int]]:
    """What is read before each question."""
    questions = reading.test[::8]
    ranked = studies.results("question_answering")["retrieve"]["test"]["dense"]
    return [SETTINGS[name](reading, questions[n], ranked[n]) for n in asked(reading)]


def write(chat: Chat, reading: ReadingSet, name: str, read: list[list[int]]) -> list[str]:
    """An answer to each question; questions of like length share a batch."""
    conversations = []
    for number, places in zip(asked(reading), read, strict=True):
        question = reading.test[::8][number].text
        texts = [reading.passages[i].text[:LONGEST] for i in places]
        conversations.append(passage_messages(question, texts))
    order = sorted(range(len(conversations)), key=lambda i: len(chat.prompt(conversations[i])))
    answers = [""] * len(order)
    for begin in range(0, len(order), BATCH_SIZE):
        chosen = order[begin : begin + BATCH_SIZE]
        for i, answer in zip(chosen, chat.answers([conversations[i] for i in chosen]), strict=True):
            answers[i] = answer
    return answers


def foreign(reading: ReadingSet, question: Question) -> list[int]:
    """The same field of the country that stands seven places on, or of the next that has it."""
    right = reading.passages[question.passage]
    at = {(p.country, p.field): i for i, p in enumerate(reading.passages)}
    countries = sorted({p.country for p in reading.passages})
    begin = countries.index(right.country) + STEP
    turned = (countries[(begin + i) % len(countries)] for i in range(len(countries)))
    return [next(at[c, right.field] for c in turned if (c, right.field) in at)]


SETTINGS: dict[str, Callable[[ReadingSet, Question, list[int]], list[int]]] = {
    "memory": lambda reading, question, row: [],
    "three": lambda reading, question, row: row[:N_READ],
    "right": lambda reading, question, row: [question.passage],
    "foreign": lambda reading, question, row: foreign(reading, question),
}
"""The numbers of the passages to read."""

if __name__ == "__main__":
    sys.exit(main())
