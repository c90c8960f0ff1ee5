"""The tables of word alignment, of translation and of summaries."""

import torch
from cases import Case, Entry, kind, text, texts, whole

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.tasks import (
    chat,
    chat_template,
    summarize,
    summarize_facts,
    summarize_generated,
    translate,
    translate_align,
    translate_hmm,
)
from lmbook.tokenizers.bpe import BPETokenizer

PAIRS = [(["a", "b"], ["x", "y"]), (["a"], ["x"])]
MODEL1, _ = translate_align.train_model1(PAIRS, 1)
HMM, _ = translate_hmm.train_hmm(PAIRS, 1)
TOKENIZER = translate.shared_bpe([("ab", "ba")], 260)
CONFIG = TransformerConfig(
    vocab_size=TOKENIZER.vocab_size, n_positions=16, d_model=8, n_layers=1, n_heads=2, d_ff=16
)
MODEL = Transformer(CONFIG).eval()
CHAT_TOKENIZER = BPETokenizer.train(["ab ab"], 258)
DECODER = LlamaConfig(
    vocab_size=CHAT_TOKENIZER.vocab_size, n_positions=128, d_model=8, n_layers=1, n_heads=2,
    n_kv_heads=2, d_ff=16, start_id=0,
)  # fmt: skip
CHAT = chat.Chat(Llama(DECODER).eval(), CHAT_TOKENIZER, chat_template.BOOK, n_tokens=4)


def of_alignment():
    words = [*texts(), Case("empty", [])]
    for name, model in (("translate_align.Model1", MODEL1), ("translate_hmm.HmmAligner", HMM)):
        yield Entry(
            f"tasks.{name}.align",
            lambda m=model: (m.align, {"source": ["a"], "target": ["x"]}),
            {"source": words, "target": words},
        )
    yield Entry(
        "tasks.translate_align.Model1.table",
        lambda: (MODEL1.table, {"source": ["a"], "target": ["x"]}),
        {"source": words, "target": words},
    )
    yield Entry(
        "tasks.translate_align.Model1.gloss",
        lambda: (MODEL1.gloss, {"source": ["a"]}),
        {"source": words},
    )
    yield Entry(
        "tasks.translate_align.Model1.probability",
        lambda: (MODEL1.probability, {"target": "x", "source": "a"}),
        {"target": text(), "source": text()},
    )
    yield Entry(
        "tasks.translate_align.Model1.best",
        lambda: (MODEL1.best, {"source": "a", "n": 1}),
        {"source": text(), "n": whole(1)},
    )


def of_translation():
    translator = translate.Translator(MODEL, TOKENIZER)
    yield Entry(
        "tasks.translate.Translator.translate",
        lambda: (translator.translate, {"texts": ["ab"], "n_beams": 1, "max_tokens": 4}),
        {"texts": texts(), "n_beams": whole(1), "max_tokens": whole(1)},
    )
    rows = [([4, 2], [5, 2])]
    yield Entry(
        "tasks.translate.translation_batches",
        lambda: (
            translate.translation_batches,
            {"rows": rows, "n_tokens": 8, "generator": torch.Generator()},
        ),
        {
            "rows": [Case("text", "ab"), Case("number", 5), Case("empty", [])],
            "n_tokens": whole(1),
            "generator": kind(),
        },
    )


def of_summaries():
    yield Entry(
        "tasks.summarize.summarize",
        lambda: (
            summarize.summarize,
            {"text": "A b.", "choose": summarize.lead, "n_sentences": 1},
        ),
        {"text": [*text(), Case("empty", "")], "n_sentences": whole(1)},
    )
    yield Entry(
        "tasks.summarize_facts.names_and_numbers",
        lambda: (summarize_facts.names_and_numbers, {"text": "A b."}),
        {"text": text()},
    )
    for name in ("unsupported", "supported_share"):
        yield Entry(
            f"tasks.summarize_facts.{name}",
            lambda n=name: (getattr(summarize_facts, n), {"summary": "A b.", "text": "A b."}),
            {"summary": text(), "text": text()},
        )


def of_written_summaries():
    yield Entry(
        "tasks.summarize_generated.beginning",
        lambda: (summarize_generated.beginning, {"text": "A b.", "n_words": 3}),
        {"text": [*text(), Case("empty", "")], "n_words": whole(1)},
    )
    yield Entry(
        "tasks.summarize_generated.summary_messages",
        lambda: (
            summarize_generated.summary_messages,
            {"text": "A b.", "n_sentences": 1, "n_words": 3},
        ),
        {"text": [*text(), Case("empty", "")], "n_sentences": whole(1), "n_words": whole(1)},
    )
    yield Entry(
        "tasks.summarize_generated.write_summaries",
        lambda: (
            summarize_generated.write_summaries,
            {"chat": CHAT, "texts": ["A."], "n_sentences": 1, "n_words": 3, "batch_size": 1},
        ),
        {
            "chat": kind(),
            "texts": texts(),
            "n_sentences": whole(1),
            "n_words": whole(1),
            "batch_size": whole(1),
        },
    )


def tables():
    yield from of_alignment()
    yield from of_translation()
    yield from of_summaries()
    yield from of_written_summaries()
