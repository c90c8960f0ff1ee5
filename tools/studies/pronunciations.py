"""Train chapter 9's networks ten times as long, thrice: python -m tools.studies.pronunciations.

The fixed vector and attention are compared by the length of the word; reading the word forwards
and backwards, without attention, by the phoneme. Each run has its own seed for the weights and
the batches. The results go to lmbook/zoo/studies/pronunciations.json; they take about ten minutes
of one CPU thread.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import nltk
import torch
from torch import Tensor, nn

from lmbook.data.batches.windows import pad_rows
from lmbook.data.sets.pronunciations import Pronunciation, load_pronunciations
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.objectives.causal import causal_loss, shift
from lmbook.training.feed import Batch
from lmbook.training.loop import train
from lmbook.zoo import studies

PAD, START, EOS = 0, 1, 2
N_STEPS = 4_000  # with attention and without
READING = (300, 3_000)  # forwards and backwards
SEEDS = (0, 1, 2)
BINS = ("3–4", "5–6", "7–8", "9–10", "11–12", "13+")
N_PLACES = 9  # phonemes whose accuracy is recorded

Make = Callable[[list[Pronunciation]], Batch]

data = load_pronunciations()
training = [pair for pair in data.train if 3 <= len(pair[0]) <= 12]
held_out = data.test[::8]
letter_ids = {letter: 3 + i for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
phoneme_ids = {phoneme: 3 + i for i, phoneme in enumerate(data.phonemes)}
symbols = ["<pad>", "<s>", "</s>", *data.phonemes]


def main() -> int:
    results: dict[str, dict] = {"settings": {"n_steps": N_STEPS, "bins": list(BINS)}}
    for name, attention in (("fixed vector", "none"), ("attention", "dot")):
        results[name] = measure(lambda seed, kind=attention: by_length(kind, seed))
    for n_steps in READING:
        for name, make in (("forwards", forwards), ("backwards", backwards)):
            results[f"{name}, {n_steps:,} steps"] = measure(
                lambda seed, make=make, n=n_steps: by_phoneme(make, n, seed)
            )
    path = studies.file_of("pronunciations")
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def measure(run: Callable[[int], dict]) -> dict[str, list]:
    """What the runs of all seeds measured, a list for each figure, and their seconds."""
    runs = []
    for seed in SEEDS:
        began = time.monotonic()
        runs.append(run(seed) | {"seconds": round(time.monotonic() - began)})
        print(runs[-1], flush=True)
    return {name: [one[name] for one in runs] for name in runs[0]}


def forwards(pairs: list[Pronunciation]) -> Batch:
    """Source ids and lengths, and targets that end with EOS; -100 pads the targets."""
    source, lengths = pad_rows([[letter_ids[c] for c in word] for word, _ in pairs], PAD)
    targets, _ = pad_rows([[phoneme_ids[p] for p in ps] + [EOS] for _, ps in pairs], -100)
    return source, lengths, targets


def backwards(pairs: list[Pronunciation]) -> Batch:
    """The same with each word's letters in the opposite order."""
    return forwards([(word[::-1], phonemes) for word, phonemes in pairs])


def batches(make: Make, seed: int, batch_size: int = 64) -> Iterator[Batch]:
    """Endless shuffled batches of words of nearly the same length."""
    draw = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(training), generator=draw).tolist()
        for pool in zip(*[iter(order)] * (16 * batch_size), strict=False):
            pool = sorted(pool, key=lambda i: len(training[i][0]))
            for k in torch.randperm(16, generator=draw).tolist():
                chosen = pool[k * batch_size : (k + 1) * batch_size]
                yield make([training[i] for i in chosen])


def fit(model: nn.Module, make: Make, n_steps: int, seed: int) -> None:
    """Train with the chapter's schedule: 40 steps of warm-up, then down to nearly nothing."""

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        source, lengths, targets = batch
        return causal_loss(model(source, lengths, shift(targets.clamp(min=0), START))[0], targets)

    def ramp(step: int) -> float:
        return min(1, step / 40, 1.02 - step / n_steps)

    train(model, batches(make, seed), n_steps=n_steps, lr=6e-3, loss=loss, schedule=ramp)


def by_length(attention: str, seed: int) -> dict:
    """Phoneme error rate of greedy outputs, of all words and of each bin of word length."""
    torch.manual_seed(seed)
    config = Seq2SeqConfig(
        source_vocab_size=29,
        target_vocab_size=len(symbols),
        d_model=48,
        d_hidden=64,
        attention=attention,
        start_id=START,
        eos_id=EOS,
    )
    model = Seq2Seq(config)
    fit(model, forwards, N_STEPS, seed)
    source, lengths, _ = forwards(held_out)
    rows, _ = model.eval().greedy(source, lengths, 24)
    edits, n_phonemes, n_right = Counter(), Counter(), 0
    for (word, reference), row in zip(held_out, rows, strict=True):
        answer, place = [symbols[i] for i in row], BINS[min(max(len(word) - 3, 0) // 2, 5)]
        edits[place] += nltk.edit_distance(answer, list(reference))
        n_phonemes[place] += len(reference)
        n_right += answer == list(reference)
    return {
        "error_rate": edits.total() / n_phonemes.total(),
        "words_right": n_right / len(held_out),
        "by_length": [edits[place] / n_phonemes[place] for place in BINS],
    }


class Plain(nn.Module):
    """One encoder, one decoder, no attention, as in Sutskever, Vinyals and Le (2014)."""

    def __init__(self, d_model: int = 48, d_hidden: int = 64) -> None:
        super().__init__()
        self.letters = nn.Embedding(29, d_model)
        self.phonemes = nn.Embedding(len(symbols), d_model)
        self.encoder = nn.GRU(d_model, d_hidden, batch_first=True)
        self.decoder = nn.GRU(d_model, d_hidden, batch_first=True)
        self.bridge = nn.Linear(d_hidden, d_hidden)
        self.output = nn.Linear(d_hidden, len(symbols))

    def forward(self, source: Tensor, lengths: Tensor, inputs: Tensor) -> tuple[Tensor, None]:
        states, _ = self.encoder(self.letters(source))
        last = states[torch.arange(len(source)), lengths - 1]
        states, _ = self.decoder(self.phonemes(inputs), torch.tanh(self.bridge(last))[None])
        return self.output(states), None


def by_phoneme(make: Make, n_steps: int, seed: int) -> dict:
    """Share of right phonemes under teacher forcing, of all and of each of the first places."""
    torch.manual_seed(seed)
    model = Plain()
    fit(model, make, n_steps, seed)
    source, lengths, targets = make(held_out)
    with torch.no_grad():
        logits, _ = model(source, lengths, shift(targets.clamp(min=0), START))
    right, real = logits.argmax(-1) == targets, targets != -100
    places = [right[:, j][real[:, j]].float().mean().item() for j in range(N_PLACES)]
    return {"right": right[real].float().mean().item(), "by_phoneme": places}


if __name__ == "__main__":
    sys.exit(main())
