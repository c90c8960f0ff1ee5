"""Answer questions about the factbook: python -m tools.studies.question_answering.

Three steps, on one thread; name some to run these alone:

``train``     the span reader: MiniLM's upper layers and a head learn in one pass, the lower ones
              stand still; what changed in the packaged one is written to lmbook/zoo/readers
``retrieve``  rankings of the passages of the test countries for one test question in eight
``read``      what four systems answer to these questions

What they find goes to lmbook/zoo/studies/question_answering.json. "seconds" is processor time.
``--seed`` makes another reader; the packaged one is the best of three on validation questions.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from lmbook.data.sets.factbook import Passage
from lmbook.data.sets.reading import Question, ReadingSet, load_reading
from lmbook.metrics.answers import best_threshold, score_answers
from lmbook.models.heads import SpanExtractor
from lmbook.tasks.answer import Answer, SpanReader, choose, span_batches, span_loss
from lmbook.tasks.answer_baselines import QuestionOnly, best_sentence
from lmbook.tasks.cached_layers import UpperLayers
from lmbook.tasks.retrieve import Bm25Index, DenseIndex, SentenceEncoder, fuse
from lmbook.tasks.windows import Window
from lmbook.training.loop import train
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import OptimizerConfig
from lmbook.zoo import studies
from lmbook.zoo.deltas import add_delta, low_rank_delta, save_delta
from lmbook.zoo.pretrained import load_minilm
from tools.studies._lines import write_lines

LENGTH, OVERLAP = 96, 32
N_QUESTIONS, N_WRONG = 1500, 350  # for training: with their own passage, and with a wrong one
N_LOWER, N_EPOCHS, BATCH_SIZE, LR, RANK = 3, 1, 16, 5e-4, 16
EVERY, DEPTH, N_READ, MAX_TOKENS = 8, 10, 3, 64
PACKAGED = 1  # of three seeds the best on the validation questions
HANDICAPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
DELTAS = studies.file_of("x").parent.parent / "readers"
Example = tuple[Window, tuple[int, int]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    steps = {"train": train_reader, "retrieve": retrieve, "read": read}
    parser.add_argument("steps", nargs="*", help=f"of {', '.join(steps)}; default all")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    store = studies.file_of("question_answering")
    stored = studies.results("question_answering") if store.is_file() else {}
    reading = load_reading()
    for name in arguments.steps or steps:
        begin = time.process_time()
        found = steps[name](reading, stored, arguments.seed)
        key = name if name == "retrieve" else f"{name}, seed {arguments.seed}"
        found = {"seconds": round(time.process_time() - begin, 1), **found}
        print(key, {k: v for k, v in found.items() if isinstance(v, int | float)}, flush=True)
        # read again: another seed may have been recorded meanwhile
        stored = studies.results("question_answering") if store.is_file() else {}
        stored[key] = found
        write_lines(store, stored)
    return 0


def delta_file(seed: int) -> Path:
    """The packaged reader's, or one of a folder for what need not be kept."""
    if seed == PACKAGED:
        return DELTAS / "minilm.safetensors"
    return Path(tempfile.gettempdir()) / f"minilm-reader-{seed}.safetensors"


def make_reader() -> SpanReader:
    encoder, tokenizer = load_minilm()
    model = SpanExtractor(encoder)
    torch.nn.init.zeros_(model.output.weight)
    return SpanReader(model, tokenizer, length=LENGTH, overlap=OVERLAP)


def examples(reading: ReadingSet, reader: SpanReader, draw: random.Random) -> Iterator[Example]:
    """Windows with the answer, or one without; then wrong passages of the same country or field."""
    chosen = draw.sample(reading.train, N_QUESTIONS)
    for question in chosen:
        text = reading.passages[question.passage].text
        rows = list(reader.examples(question.text, text, question.begin, question.end))
        yield draw.choice([row for row in rows if row[1] != (0, 0)] or rows)
    alike: dict[str, list[int]] = {}
    for number in sorted({question.passage for question in reading.train}):
        passage = reading.passages[number]
        for key in (passage.country, passage.field):
            alike.setdefault(key, []).append(number)
    for question in chosen[:N_WRONG]:
        right = reading.passages[question.passage]
        key = draw.choice((right.country, right.field))
        wrong = draw.choice([n for n in alike[key] if n != question.passage] or [question.passage])
        yield draw.choice(list(reader.examples(question.text, reading.passages[wrong].text)))


def train_reader(reading: ReadingSet, stored: dict, seed: int) -> dict:
    """Adapt a reader and store the delta, its matrices at rank 16."""
    torch.manual_seed(seed)
    reader, generator = make_reader(), torch.Generator().manual_seed(seed)
    before = {k: v.clone() for k, v in reader.model.encoder.state_dict(prefix="encoder.").items()}
    rows = list(examples(reading, reader, random.Random(seed)))
    upper = UpperLayers(reader.model, N_LOWER)
    cached = upper.store(span_batches(rows, reader.pad_id, BATCH_SIZE, generator))
    n_steps = N_EPOCHS * len(cached)

    def batches() -> Iterator[tuple[Tensor, ...]]:
        return (cached[i] for i in torch.randperm(len(cached), generator=generator).tolist())

    history = train(
        upper,
        batches,
        n_steps=n_steps,
        lr=LR,
        schedule=warmup_cosine(n_steps // 10, n_steps + 1, final_factor=0.0),
        loss=span_loss,
        optimizer=OptimizerConfig(weight_decay=0.01),
        generator=generator,
        precision="bfloat16",
    )
    parts = low_rank_delta(before, reader.model.state_dict(), RANK)
    delta_file(seed).parent.mkdir(exist_ok=True)
    save_delta(delta_file(seed), parts)
    n_numbers = sum(part.numel() for part in parts.values())
    losses = [round(loss, 3) for loss in history.losses]
    return {"n_rows": len(rows), "n_steps": n_steps, "n_numbers": n_numbers, "losses": losses}


def asked(reading: ReadingSet, part: str) -> list[Question]:
    return getattr(reading, part)[::EVERY]


def collection(reading: ReadingSet, part: str) -> list[int]:
    """The numbers of all passages about the countries of a part."""
    countries = {reading.passages[q.passage].country for q in getattr(reading, part)}
    return [i for i, passage in enumerate(reading.passages) if passage.country in countries]


def retrieve(reading: ReadingSet, stored: dict, seed: int) -> dict:
    """The first ten passages for each question of the validation and of the test part."""
    embed = SentenceEncoder(*load_minilm(), max_tokens=MAX_TOKENS)
    found: dict = {}
    for part in ("validation", "test"):
        numbers = collection(reading, part)
        texts = [reading.passages[i].text for i in numbers]
        questions = [question.text for question in asked(reading, part)]
        bm25, dense = Bm25Index(texts), DenseIndex(texts, embed)
        rankings = {
            "BM25": [[hit.passage for hit in bm25.search(q, 5 * DEPTH)] for q in questions],
            "dense": [
                [hit.passage for hit in hits] for hits in dense.search_all(questions, 5 * DEPTH)
            ],
        }
        both = zip(*rankings.values(), strict=True)
        rankings["both"] = [[hit.passage for hit in fuse(pair, DEPTH)] for pair in both]
        found[part] = {
            name: [[numbers[i] for i in row[:DEPTH]] for row in rows]
            for name, rows in rankings.items()
        } | {"n_passages": len(numbers)}
    return found


def read(reading: ReadingSet, stored: dict, seed: int) -> dict:
    """Answers of each system; a threshold of the reader's score, chosen on validation questions."""
    reader = make_reader()
    add_delta(reader.model, load_file(delta_file(seed)))
    reader.model.eval()
    ranked = {part: stored["retrieve"][part]["dense"] for part in ("validation", "test")}
    sources: dict[str, Callable[[str], list[list[int]]]] = {
        "reader": lambda part: [row[:N_READ] for row in ranked[part]],
        "reader, right passage": lambda part: [[q.passage] for q in asked(reading, part)],
    }
    found: dict = baselines(reading, ranked["test"]) if seed == 0 else {}
    for name, source in sources.items():
        answers = {part: each_answer(reading, reader, part, source(part)) for part in ranked}
        f1, handicap, limit = settings(asked(reading, "validation"), answers["validation"])
        found[name] = {
            "validation": round(f1, 3),
            "handicap": handicap,
            "threshold": round(limit, 3),
            "answers": [[answer.text for answer in row] for row in answers["test"]],
            "scores": [[round(answer.score, 3) for answer in row] for row in answers["test"]],
        }
    return found


def each_answer(
    reading: ReadingSet, reader: SpanReader, part: str, rows: list[list[int]]
) -> list[list[Answer]]:
    """The best answer of each passage, in the order of the ranking."""
    pairs = [
        (question.text, place, number)
        for question, row in zip(asked(reading, part), rows, strict=True)
        for place, number in enumerate(row)
    ]
    texts = [[reading.passages[number].text] for _, _, number in pairs]
    best = reader.read_all([question for question, _, _ in pairs], texts)
    placed = (replace(a[0], passage=p) for a, (_, p, _) in zip(best, pairs, strict=True))
    return [list(islice(placed, len(row))) for row in rows]


def settings(questions: Sequence[Question], rows: list[list[Answer]]) -> tuple[float, float, float]:
    """The best mean F1, and the handicap of later passages and the threshold that give it."""
    right = [[] if q.answer is None else [q.answer] for q in questions]
    abstained = score_answers([None] * len(rows), right).f1
    found = []
    for handicap in HANDICAPS:
        chosen = [choose(row, handicap) for row in rows]
        answered = score_answers([answer.text for answer in chosen], right).f1
        margins = torch.tensor([answer.score for answer in chosen], dtype=torch.float64)
        limit = best_threshold(margins, answered, abstained)
        found.append((limit.score, handicap, max(-99.0, limit.value)))
    return max(found)


def body(passage: Passage) -> str:
    """The text without its heading, which answers nothing."""
    return passage.text.removeprefix(f"{passage.country}, {passage.field}.")


def baselines(reading: ReadingSet, ranked: list[list[int]]) -> dict:
    """From the question alone; and the sentence of the first passage that is nearest to it."""
    questions = [question.text for question in asked(reading, "test")]
    alone = QuestionOnly([q.text for q in reading.train], [q.answer for q in reading.train])
    embed = SentenceEncoder(*load_minilm(), max_tokens=MAX_TOKENS)
    first = [body(reading.passages[row[0]]) for row in ranked]
    sentences = [best_sentence(q, text, embed) for q, text in zip(questions, first, strict=True)]
    return {
        "question only": {"answers": [alone.answer(question) for question in questions]},
        "retrieval": {"answers": sentences},
    }


if __name__ == "__main__":
    sys.exit(main())
