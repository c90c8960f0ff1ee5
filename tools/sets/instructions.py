"""Make the book's instructions and preferences: python -m tools.sets.instructions.

``written.txt`` holds what was written singly, a line each: kind, instruction, answer, and for
some a worse answer. The kinds below, whose answers can be checked, are composed of parts that were
written by hand. Both go to lmbook/data/sets/own, as JSON lines. A text and all its answers are in
the test part if the CRC-32 of the instruction is a multiple of 8, else in the training part.
"""

import json
import random
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from zlib import crc32

WRITTEN = Path(__file__).with_name("written.txt")
OWN = Path(__file__).resolve().parents[2] / "lmbook/data/sets/own"
TEST_SHARE = 8  # one instruction in so many is for testing


def _words(text: str) -> list[str]:
    return text.split()


NUMBERS = _words("one two three four five six seven eight nine ten")
WORDS = _words(
    "king queen sword rose night day crown heart love friend father mother brother sister "
    "death life moon sun star sea wind storm castle forest garden river ship horse lion dog "
    "bird raven dove snake gold silver ring letter candle fire water stone iron blood tear "
    "dream ghost witch fool knight prince lady lord captain soldier servant nurse monk thief "
    "merchant doctor shepherd weaver dagger armour banner drum trumpet feast wine bread cup "
    "table chair door window bridge tower street market village island mountain field harvest "
    "winter summer spring autumn morning evening hour year war peace honour justice mercy truth "
    "sorrow joy anger fear hope"
)
NAMES = _words(
    "Hamlet Ophelia Horatio Macbeth Banquo Romeo Juliet Mercutio Othello Desdemona Cassio Lear "
    "Cordelia Kent Prospero Miranda Ariel Brutus Cassius Antony Cleopatra Portia Bassanio Viola "
    "Olivia Orsino Beatrice Benedick Rosalind Orlando Oberon Titania Puck Falstaff Hal Hotspur"
)
THOU = {
    "have|hast": "a sword|my heart|a friend|no time|the letter|a kind face|my thanks",
    "are|art": "my friend|a king|welcome here|too late|a good man|the first|not alone",
    "will|wilt": "come tomorrow|see the queen|be king|hear the truth|find him there",
    "shall|shalt": "not pass|have thanks|speak first|sit by me|be heard",
    "can|canst": "not stay|read this|help me|sing well|go home now",
    "know|knowest": "the truth|my name|the way|nothing of it|the old song",
    "see|seest": "the moon|a ghost|my sorrow|how it ends|the tower",
    "love|lovest": "the sea|an honest man|a quiet night|the garden",
    "speak|speakest": "the truth|of war|too softly|like a prince",
    "hear|hearest": "the drum|my words|the storm|them laugh",
    "think|thinkest": "of home|too much|well of him|it is day",
}
OBJECTS = _words("see hear love fear know thank trust follow help need")


def one_letter(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    for word, place in product(WORDS, ("first", "last")):
        if place == "last" and draw.random() < 0.4:
            continue
        letter = word[0 if place == "first" else -1].upper()
        wrong = draw.choice([c for c in "ABCDEFGHILMNOPRSTW" if c != letter])
        asked = draw.choice(
            [
                f"What is the {place} letter of {word}?",
                f"Tell me the {place} letter of {word}.",
                f"With which letter does {word} {'begin' if place == 'first' else 'end'}?",
            ]
        )
        yield (
            asked,
            f"The {place} letter of {word} is {letter}.",
            f"The {place} letter of {word} is {wrong}.",
        )


def reverse(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    for _ in range(110):
        a, b = draw.sample(WORDS, 2)
        asked = draw.choice(
            [
                f"Reverse these words: {a} {b}.",
                f"Say in reverse order: {a} {b}.",
                f"Exchange the two words {a} {b}.",
            ]
        )
        yield asked, f"{b} {a}", f"{a} {b}"


def counting(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    for n in range(2, 11):
        up = ", ".join(NUMBERS[:n])
        other = ", ".join(NUMBERS[: n - 1 if n > 2 else 4])
        for asked in ("Count to {}.", "Please count up to {}.", "Count from one to {}."):
            yield asked.format(NUMBERS[n - 1]), f"{up}.".capitalize(), f"{other}.".capitalize()
        down = ", ".join(NUMBERS[n - 1 :: -1])
        for asked in ("Count down from {}.", "Count backwards from {}."):
            yield asked.format(NUMBERS[n - 1]), f"{down}.".capitalize(), f"{up}.".capitalize()


def sums(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    for a, b in product(range(1, 10), range(1, 10)):
        if a + b > 10:
            continue
        total = NUMBERS[a + b - 1]
        wrong = draw.choice([n for n in NUMBERS if n != total])
        first, second = NUMBERS[a - 1], NUMBERS[b - 1]
        asked = draw.choice(["What is {} plus {}?", "Add {} and {}.", "How much is {} and {}?"])
        yield (
            asked.format(first, second),
            f"{first} plus {second} is {total}.".capitalize(),
            f"{first} plus {second} is {wrong}.".capitalize(),
        )


def repeats(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    times = {"twice": 2, "three times": 3}
    for word in draw.sample(WORDS, 70):
        often = draw.choice(list(times))
        asked = draw.choice([f"Say {word} {often}.", f"Repeat the word {word} {often}."])
        yield asked, " ".join([word] * times[often]), word


def thou(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    frames = ["Say it with thou: {}", "Say this in old English: {}", "Rewrite with thou: {}"]
    for verbs, objects in THOU.items():
        plain, old = verbs.split("|")
        for thing in objects.split("|"):
            asked = draw.choice(frames).format(f"You {plain} {thing}.")
            yield asked, f"Thou {old} {thing}.", f"You {plain} {thing}."
    for verb in OBJECTS:
        yield draw.choice(frames).format(f"I {verb} you."), f"I {verb} thee.", f"I {verb} thou."
    for word in draw.sample(WORDS, 60):
        question = draw.choice(["Where is your {}?", "I see your {}.", "Your {} is here."])
        old = question.replace("your", "thy").replace("Your", "Thy").format(word)
        yield draw.choice(frames).format(question.format(word)), old, question.format(word)


def named(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    frames = {
        "Greet {}.": "Good morrow, {}.",
        "Bid {} farewell.": "Fare thee well, {}.",
        "Thank {}.": "I thank thee, {}.",
        "Wish {} a good night.": "Good night, {}.",
        "Ask {} for a song.": "Wilt thou sing, {}?",
    }
    for name, (asked, answer) in product(NAMES, frames.items()):
        if draw.random() < 0.62:
            other = draw.choice([n for n in NAMES if n != name])
            yield asked.format(name), answer.format(name), answer.format(other)


def longer(draw: random.Random) -> Iterator[tuple[str, str, str]]:
    for _ in range(260):
        a, b = draw.sample(WORDS, 2)
        if abs(len(a) - len(b)) >= 3:
            long, short = (a, b) if len(a) > len(b) else (b, a)
            asked = draw.choice(
                [f"Which word is longer, {a} or {b}?", f"Name the longer: {a}, {b}."]
            )
            yield asked, f"The longer word is {long}.", f"The longer word is {short}."


KINDS = {
    "letter": one_letter,
    "reverse": reverse,
    "count": counting,
    "sum": sums,
    "repeat": repeats,
    "thou": thou,
    "named": named,
    "longer": longer,
}


def written() -> Iterator[tuple[str, str, str, str | None]]:
    for line in WRITTEN.read_text(encoding="utf-8").splitlines():
        kind, asked, answer, *worse = (part.strip() for part in line.split(" | "))
        yield kind, asked, answer, worse[0] if worse else None


def part_of(asked: str) -> str:
    """The part to which an instruction belongs, whatever set it is in."""
    return "test" if crc32(asked.lower().encode()) % TEST_SHARE == 0 else "train"


def make() -> tuple[list[dict], list[dict]]:
    """Instructions, and preferences: written ones, then one in four of the composed."""
    rows: list[tuple[str, str, str, str | None, str]]
    rows = [(*row, "written") for row in written()]
    draw = random.Random(26)
    for kind, compose in KINDS.items():
        for number, (asked, answer, worse) in enumerate(compose(draw)):
            rows.append((kind, asked, answer, worse if number % 4 == 0 else None, "composed"))
    instructions, preferences, seen = [], [], set()
    for kind, asked, answer, worse, origin in rows:
        if asked.lower() in seen:
            continue
        seen.add(asked.lower())
        facts = {"part": part_of(asked), "kind": kind, "origin": origin, "instruction": asked}
        instructions.append({**facts, "answer": answer})
        if worse is not None:
            preferences.append({**facts, "chosen": answer, "rejected": worse})
    return instructions, preferences


def lines(rows: list[dict]) -> str:
    """A JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main() -> int:
    OWN.mkdir(exist_ok=True)
    for name, rows in zip(("instructions", "preferences"), make(), strict=True):
        (OWN / f"{name}.jsonl").write_text(lines(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
