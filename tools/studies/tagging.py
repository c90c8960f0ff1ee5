"""Compare taggers of names on two sets: python -m tools.studies.tagging SET SYSTEM [SEED ...].

Without arguments all systems run, the trained ones with three seeds. A run goes to
lmbook/zoo/studies/tagging.json under "set, system, seed": "seconds" of processor time for training
on one thread; "counts", three numbers for each test sentence: names that are right, predicted and
there; "unseen", of the test part's names that stand in no training sentence, how many are found and
how many there are.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from lmbook.data.sets.country_names import load_country_names
from lmbook.data.sets.tagging import Tagged, TaggedSet, load_tagged
from lmbook.metrics.span_reading import spans
from lmbook.metrics.span_schemes import legal_steps
from lmbook.metrics.spans import sentence_counts
from lmbook.nn.crf import CRF
from lmbook.tasks import tag_features as features
from lmbook.tasks.tag import Tagger
from lmbook.tasks.tag_counts import HMM, MostFrequentTag
from lmbook.tasks.tag_encoder import EncoderScores, PieceReader
from lmbook.zoo import studies
from lmbook.zoo.pretrained import load_minilm
from tools.studies._lines import write_lines

SIZES = {"chinese-names": (3000, 1500), "country-names": (2734, 983)}
N_ENCODER, N_FROZEN = 1700, 4  # sentences that the encoder learns from; blocks that stand still
Predict = Callable[[Sequence[Sequence[str]]], list[list[str]]]


def main() -> int:
    torch.set_num_threads(1)
    chosen = sys.argv[1:]
    for name in [chosen[0]] if chosen else list(SIZES):
        data = load(name)
        for system in [chosen[1]] if chosen else list(systems(data)):
            seeds = [int(seed) for seed in chosen[2:]] or range(3 if system in TRAINED else 1)
            for seed in seeds:
                record(f"{name}, {system}, {seed}", run(data, system, seed))
    return 0


def load(name: str) -> TaggedSet:
    """The set with its training and test parts cut evenly to ``SIZES``."""
    data = load_country_names() if name == "country-names" else load_tagged(name)
    n_train, n_test = SIZES[name]
    return replace(data, train=few(data.train, n_train), test=few(data.test, n_test))


def few(sentences: Sequence[Tagged], n: int) -> list[Tagged]:
    """Evenly from the whole list, which is in the order of its words."""
    return [sentences[len(sentences) * i // n] for i in range(n)]


def run(data: TaggedSet, system: str, seed: int) -> dict[str, object]:
    torch.manual_seed(seed)
    begin = time.process_time()
    predict = systems(data)[system](seed)
    seconds = time.process_time() - begin
    found = predict([sentence.words for sentence in data.test])
    targets = [sentence.tags for sentence in data.test]
    counts = sentence_counts(targets, found, data.scheme).tolist()
    right, predicted, there = (sum(column) for column in zip(*counts, strict=True))
    print(data.name, system, seed, f"F1 {2 * right / (predicted + there):.4f}, {seconds:.1f} s")
    return {"seconds": round(seconds, 1), "counts": counts, "unseen": unseen(data, found)}


def unseen(data: TaggedSet, found: list[list[str]]) -> list[int]:
    """Found and all, of the test spans (or words) that no training sentence holds as such."""
    known, hits, total = set(), 0, 0
    for sentence in data.train:
        known.update(names(sentence.words, sentence.tags))
    for sentence, tags in zip(data.test, found, strict=True):
        right = names(sentence.words, tags)
        for key, place in names(sentence.words, sentence.tags).items():
            if key not in known:
                total += len(place)
                hits += len(place & right.get(key, set()))
    return [hits, total]


def names(words: Sequence[str], tags: Sequence[str]) -> dict[tuple[str, ...], set[tuple]]:
    """The words of each name → where it begins, and its label."""
    places: dict[tuple[str, ...], set[tuple]] = {}
    for begin, end, label in spans([tags], "IOB2")[0]:
        places.setdefault(tuple(words[begin:end]), set()).add((begin, label))
    return places


def systems(data: TaggedSet) -> dict[str, Callable[[int], Predict]]:
    """Name → a function of the seed that trains the system and gives its ``predict``."""
    found: dict[str, Callable[[int], Predict]] = {
        "most frequent tag": lambda _: MostFrequentTag.train(data.train).predict,
        "HMM": lambda _: HMM.train(data.train).predict,
        "CRF": lambda seed: crf(data, seed),
    }
    if data.name == "chinese-names":
        found["BiLSTM-CRF"] = lambda seed: recurrent(data, seed)
    if data.name == "country-names":
        found["encoder"] = lambda seed: encoder(data, seed)
    return found


TRAINED = ("CRF", "BiLSTM-CRF", "encoder")


def reader(data: TaggedSet) -> features.FeatureReader:
    chinese = data.name.startswith("chinese")
    windows = features.character_features if chinese else features.window_features
    return features.FeatureReader.train([s.words for s in data.train], windows)


def chain(data: TaggedSet) -> CRF:
    return CRF(len(data.tags), *legal_steps(data.tags))


def crf(data: TaggedSet, seed: int) -> Predict:
    windows = reader(data)
    model = Tagger(
        windows, features.LinearScores(len(windows), len(data.tags)), data.tags, chain(data)
    )
    model.fit(data.train, generator=torch.Generator().manual_seed(seed), n_epochs=3, lr=0.1)
    return model.predict


def recurrent(data: TaggedSet, seed: int) -> Predict:
    pairs = features.FeatureReader.train([s.words for s in data.train], features.pair_features, 2)
    network = features.RecurrentScores(len(pairs), len(data.tags))
    model = Tagger(pairs, network, data.tags, chain(data))
    model.fit(data.train, generator=torch.Generator().manual_seed(seed), n_epochs=4)
    return model.predict


def encoder(data: TaggedSet, seed: int) -> Predict:
    """The lower blocks and the embeddings stand still: half the time, and less to forget."""
    body, tokenizer = load_minilm()
    for part in (body.embedding, body.positions, body.types, body.norm, *body.blocks[:N_FROZEN]):
        part.requires_grad_(False)
    network = EncoderScores(body, len(data.tags))
    model = Tagger(PieceReader(tokenizer, body.config.n_positions), network, data.tags, chain(data))
    model.fit(
        few(data.train, N_ENCODER),
        generator=torch.Generator().manual_seed(seed),
        n_epochs=1,
        lr=5e-4,
        batch_size=16,
    )
    return model.predict


def record(name: str, row: dict[str, object]) -> None:
    store = studies.file_of("tagging")
    stored = json.loads(store.read_text(encoding="utf-8")) if store.is_file() else {}
    stored[name] = row
    write_lines(store, dict(sorted(stored.items())))


if __name__ == "__main__":
    sys.exit(main())
