"""Compare ways to translate English into Spanish: python -m tools.studies.translation.

Steps, on one thread; name some to run these alone:

``glosses``      word for word, by IBM Model 1 on all training pairs
``recurrent``    the recurrent encoder–decoder with attention, on all training pairs
``transformer``  the Transformer, on all training pairs
``few``          the Transformer on one in four of the pairs
``back``         the same pairs, and the Spanish side of the others with English by a Transformer
                 that learned the way back from the few
``beams``        the packaged Transformer once more, with four beams in place of greedy search

The networks of seed 0 are the packaged translators. The recurrent network gets more steps, so
that both take about as much processor time.

``--seeds`` says which seeds of the networks' weights and batches to run. Outputs for the same
1,000 test sentences go to lmbook/zoo/studies/translation.json; "seconds" is processor time.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator

import torch

from lmbook.data.sets.parallel import Pair, ParallelSet, load_parallel, plain
from lmbook.decoding.sources import EncoderDecoder
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.tasks.translate import (
    Batch,
    Translator,
    encode_pairs,
    shared_bpe,
    translation_batches,
    translation_loss,
)
from lmbook.tasks.translate_align import train_model1
from lmbook.tasks.translators import KINDS, load_translator, save_translator
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training.loop import train
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import OptimizerConfig
from lmbook.zoo import studies
from tools.studies._lines import write_lines

MAX_WORDS, N_TRAIN, N_FEW, N_TEST = 5, 40_000, 10_000, 1_000
VOCAB_SIZE, N_TOKENS, N_POSITIONS = 2_000, 400, 64
N_STEPS = {"transformer": 10_000, "recurrent": 12_500, "few": 4_000, "way back": 3_000}
LR = {"transformer": 1.5e-3, "recurrent": 4e-3}
SMOOTHING, BETAS = 0.1, (0.9, 0.98)
ALONE = ("glosses", "beams")  # steps without seeds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", nargs="*", help=f"of {', '.join(STEPS)}; default all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    store = studies.file_of("translation")
    data = load_parallel("spanish", MAX_WORDS)
    pairs = random.Random(0).sample(data.train, N_TRAIN)
    sources = [english for english, _ in held_out_pairs(data)]
    tokenizer = shared_bpe(pairs, VOCAB_SIZE)
    for name in arguments.steps or STEPS:
        for seed in [0] if name in ALONE else arguments.seeds:
            began = time.process_time()
            found: dict = {"outputs": STEPS[name](pairs, sources, tokenizer, seed)}
            found["seconds"] = round(time.process_time() - began)
            key = name if name in ALONE else f"{name}, seed {seed}"
            print(key, found["seconds"], "s", found["outputs"][:3], flush=True)
            # read again: another seed may have been recorded meanwhile
            stored = studies.results("translation") if store.is_file() else {}
            stored[key] = found
            write_lines(store, dict(sorted(stored.items())))
    return 0


def held_out_pairs(data: ParallelSet) -> list[Pair]:
    """1,000 test sentences, each with the first of its translations."""
    first = {english: spanish for english, spanish in reversed(data.test)}
    return random.Random(1).sample(sorted(first.items()), N_TEST)


def glosses(pairs: list[Pair], sources: list[str], tokenizer: BPETokenizer, seed: int) -> list[str]:
    words = [(plain(a).split(), plain(b).split()) for a, b in pairs]
    model, _ = train_model1(words, 5)
    return [" ".join(model.gloss(plain(source).split())) for source in sources]


def recurrent(
    pairs: list[Pair], sources: list[str], tokenizer: BPETokenizer, seed: int
) -> list[str]:
    torch.manual_seed(seed)
    size = tokenizer.vocab_size
    config = Seq2SeqConfig(
        source_vocab_size=size, target_vocab_size=size, d_model=96, d_hidden=128, dropout=0.1
    )
    return fitted(Seq2Seq(config), "recurrent", pairs, tokenizer, seed).translate(sources)


def transformer(
    pairs: list[Pair], sources: list[str], tokenizer: BPETokenizer, seed: int
) -> list[str]:
    return trained(pairs, tokenizer, seed, "transformer").translate(sources)


def few(pairs: list[Pair], sources: list[str], tokenizer: BPETokenizer, seed: int) -> list[str]:
    return trained(pairs[:N_FEW], tokenizer, seed, "few").translate(sources)


def back(pairs: list[Pair], sources: list[str], tokenizer: BPETokenizer, seed: int) -> list[str]:
    real, alone = pairs[:N_FEW], [spanish for _, spanish in pairs[N_FEW:]]
    turned = [(spanish, english) for english, spanish in real]
    made = zip(trained(turned, tokenizer, seed, "way back").translate(alone), alone, strict=True)
    together = [*real, *(pair for pair in made if pair[0])]
    return trained(together, tokenizer, seed, "few").translate(sources)


def beams(pairs: list[Pair], sources: list[str], tokenizer: BPETokenizer, seed: int) -> list[str]:
    """By the packaged Transformer, whose greedy outputs are those of ``transformer, seed 0``."""
    return load_translator().translate(sources, n_beams=4)


def trained(pairs: list[Pair], tokenizer: BPETokenizer, seed: int, kind: str) -> Translator:
    """A Transformer that has read ``pairs``, for as many steps as ``kind`` gets."""
    torch.manual_seed(seed)
    config = TransformerConfig(
        vocab_size=tokenizer.vocab_size,
        n_positions=N_POSITIONS,
        d_model=128,
        n_layers=2,
        n_heads=4,
        d_ff=256,
        dropout=0.1,
    )
    return fitted(Transformer(config), kind, pairs, tokenizer, seed)


def fitted(
    model: EncoderDecoder, kind: str, pairs: list[Pair], tokenizer: BPETokenizer, seed: int
) -> Translator:
    """The model after its ``N_STEPS``, whatever the number of pairs; seed 0 of two is packaged."""
    rows, draw = encode_pairs(pairs, tokenizer), torch.Generator().manual_seed(seed)

    def batches() -> Iterator[Batch]:
        return translation_batches(rows, N_TOKENS, draw)

    n_steps = N_STEPS[kind]
    history = train(
        model,
        batches,
        n_steps=n_steps,
        lr=LR.get(kind, LR["transformer"]),
        schedule=warmup_cosine(n_steps // 15, n_steps + 1, final_factor=0.0),
        loss=translation_loss(SMOOTHING),
        optimizer=OptimizerConfig(betas=BETAS),
        generator=draw,
    )
    print(kind, [round(loss, 2) for loss in history.losses[:: max(1, n_steps // 8)]], flush=True)
    translator = Translator(model, tokenizer)
    if kind in KINDS and seed == 0:
        save_translator(translator, kind)
    return translator


STEPS: dict[str, Callable[[list[Pair], list[str], BPETokenizer, int], list[str]]] = {
    "glosses": glosses,
    "recurrent": recurrent,
    "transformer": transformer,
    "few": few,
    "back": back,
    "beams": beams,
}

if __name__ == "__main__":
    sys.exit(main())
