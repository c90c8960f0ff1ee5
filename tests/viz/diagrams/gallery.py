"""One drawing of every kind, each from a call that a chapter could make."""

import math

from lmbook.decoding.beam import Expansion
from lmbook.tokenizers.segmentation import word_lattice
from lmbook.viz.diagrams import (
    adapting,
    aligning,
    answering,
    architectures,
    attending,
    blocks,
    carrying,
    chatting,
    compressing,
    counting,
    evaluating,
    feedforward,
    few_weights,
    interpreting,
    labelling,
    overview,
    permuting,
    pretraining,
    recurrence,
    recurrent_cells,
    scale,
    searching,
    seeing,
    segmenting,
    tokenizing,
    training,
    translating,
    unlabelled,
)

SIZES = {"d_model": 64, "d_hidden": 128}
WORDS = ["to", "be", "or", "not", "to", "be"]
LEXICON = ["研究", "研究所", "所有", "模型"]
PAIR = ["[CLS]", "my", "lord", "[SEP]", "good", "night", "[SEP]"]
# step, parent, token, probability, kept, finished
TREE = [
    (1, -1, 0, 0.6, True, False),
    (1, -1, 1, 0.3, True, False),
    (1, -1, 2, 0.1, False, False),
    (2, 0, 0, 0.5, False, False),
    (2, 0, 1, 0.7, True, False),
    (2, 1, 2, 0.9, True, True),
    (3, 4, 2, 0.6, True, True),
    (3, 4, 0, 0.3, False, False),
]
PARTS = [
    ("I · Counting", [(1, "Language models", True), (2, "Text and tokens", True)]),
    ("II · Learning", [(6, "Words as vectors", True), (7, "Recurrent networks", False)]),
]


def search_record():
    totals, record = {-1: 0.0}, []
    for number, (step, parent, token, p, kept, finished) in enumerate(TREE):
        totals[number] = totals[parent] + math.log(p)
        node = (step, parent, token, math.log(p), totals[number], kept, finished)
        record.append(Expansion(*node))
    return record


PIPELINE = {
    "text": "Ｔhe Cat’s tea",
    "normalized": "The Cat’s tea",
    "pretokens": ["The", " Cat", "’s", " tea"],
    "tokens": ["The", " C", "at", "’", "s", " tea"],
    "ids": [464, 327, 265, 447, 82, 8887],
}

DRAWINGS = {
    "model": lambda: counting.language_model(
        ["to", "be", "or"], {"not": 0.62, "be": 0.05, "so": 0.04}, "trigram model"
    ),
    "skip-gram": lambda: feedforward.skip_gram(
        ["my", "good", "lord", "of", "York"], 2, 2, ["sea", "the", "tea"]
    ),
    "noisy channel": lambda: counting.noisy_channel("heart", "hart"),
    "n-gram window": lambda: counting.ngram_window(WORDS, 3),
    "backing off": lambda: counting.backoff_lattice(["or", "not", "be"], 9612),
    "tokenizer": lambda: tokenizing.tokenizer_pipeline(**PIPELINE),
    "merges": lambda: tokenizing.merge_trees(
        ["seat", "tea", "eat"], [("e", "a"), ("s", "ea"), ("sea", "t")]
    ),
    "lattice": lambda: segmenting.word_lattice(
        "研究所有模型", word_lattice("研究所有模型", LEXICON), ["研究所", "有", "模型"]
    ),
    "feed-forward": lambda: feedforward.feedforward_lm(WORDS[:4], vocab_size=9612, **SIZES),
    "unrolled": lambda: recurrence.unrolled_rnn(WORDS[:3], vocab_size=9612, **SIZES),
    "truncated": lambda: recurrence.truncated_bptt(6, 3),
    "rnn": lambda: recurrent_cells.rnn_cell(**SIZES),
    "lstm": lambda: recurrent_cells.lstm_cell(**SIZES),
    "gru": lambda: recurrent_cells.gru_cell(**SIZES),
    "encoder-decoder": lambda: translating.encoder_decoder(
        list("TEA"), ["T", "IY", "end"], d_hidden=128
    ),
    "attention": lambda: translating.encoder_decoder(
        list("TEA"), ["T", "IY", "end"], d_hidden=128, weights=[0.05, 0.15, 0.8]
    ),
    "q, k, v": lambda: attending.queries_keys_values(time=5, d_model=64, d_head=16),
    "heads": lambda: attending.heads_as_reshape(time=5, d_model=64, n_heads=4),
    "blocks": lambda: blocks.block_layouts(d_model=64, n_heads=4, d_ff=256),
    "positions": lambda: blocks.where_positions_enter(),
    "architectures": lambda: architectures.three_architectures(),
    "search": lambda: searching.search_tree(search_record(), ["a", "b", "."]),
    "cache": lambda: searching.kv_cache(WORDS, 3, n_layers=4, n_kv_heads=4, d_head=16),
    "step": lambda: training.training_step(n_accumulated=4, clip_norm=1.0),
    "trainer": lambda: training.trainer_loop(n_epochs=2, n_steps=40),
    "parallel": lambda: training.parallelism(n_layers=4, d_ff=256, batch=16),
    "packing": lambda: pretraining.packed_rows([list("abc"), list("de"), list("fghi")], 6),
    "bert input": lambda: pretraining.bert_input(["my", "lord"], ["good", "night"]),
    "bert heads": lambda: pretraining.bert_heads(PAIR, [2, 5], d_model=128, vocab_size=4096),
    "streams": lambda: permuting.two_streams([2, 0, 3, 1], 3),
    "fine-tuning": lambda: adapting.fine_tuning_choices(n_layers=4, decay=0.8),
    "classifiers": lambda: adapting.text_classifiers(n_features=9612, d_model=128, n_classes=6),
    "tag lattice": lambda: labelling.tag_lattice(
        ["the", "can", "rusts"], ["DET", "NOUN", "VERB"], ["DET", "NOUN", "VERB"]
    ),
    "tagger": lambda: labelling.tagger_layers(
        ["in", "New", "York"], ["O", "B-LOC", "I-LOC"], d_model=64, d_hidden=64
    ),
    "chat row": lambda: chatting.chat_row(
        ["Reader", ":", "↵", "Hi", "</s>", "Book", ":", "↵", "Good", " day", "</s>"],
        [False] * 8 + [True] * 3,
    ),
    "ways to preferences": chatting.from_text_to_preferences,
    "clipped words": lambda: evaluating.clipped_words(
        ["the", "the", "the", "cat"], ["the", "cat", "sat", "on", "the", "mat"]
    ),
    "paired draws": lambda: evaluating.paired_draws(
        [1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 1, 1], [[0, 0, 3, 4, 1, 5], [2, 3, 3, 5, 0, 0]]
    ),
    "word links": lambda: aligning.word_links(
        ["λόγος", "ἦν", "θεός"], ["the", "Word", "was", "God"], [0, 0, 1, -1], [0, 0, 1, 2]
    ),
    "back-translation": lambda: aligning.back_translation(
        n_pairs=10_000, n_alone=30_000, source="English", target="Spanish"
    ),
    "retrieve": lambda: answering.retrieve_then_read(n_passages=10989, k=3, length=96),
    "span head": lambda: answering.span_head(
        ["[CLS]", "who", "?", "[SEP]", "Ann", "."],
        [0.1, 0, 0, 0, 0.8, 0.1],
        [0.1, 0, 0, 0, 0.9, 0],
        4,
    ),
    "layouts": lambda: carrying.three_layouts(d_model=4, n_heads=2),
    "files": lambda: carrying.program_or_table(
        ["import os.mkdir", "text 'results'", "tuple of 1", "call", "end"]
    ),
    "weight grid": lambda: compressing.weight_grid([0.7, -1.4, 0.31, 0.0]),
    "self-training": lambda: unlabelled.self_training_loop(),
    "two views": lambda: unlabelled.two_views(contrastive=True),
    "two answers": lambda: unlabelled.two_views(contrastive=False),
    "teacher and student": lambda: compressing.teacher_and_student(6, [3, 6]),
    "stream and lens": lambda: interpreting.stream_with_lens(["þ 1%", "l 74%", "land 48%"]),
    "patches": lambda: seeing.patches_as_tokens(3, 96),
    "towers": lambda: seeing.two_towers(["red apple", "green apple", "anchor"]),
    "ctc paths": lambda: seeing.ctc_paths(["s", "iː"], 5),
    "patched run": lambda: interpreting.patched_run(
        ["a", "b", "a"], ["a", "c", "a"], 1, ("b", "c", "b")
    ),
    "low rank": lambda: few_weights.low_rank_change(d_in=384, d_out=384, rank=8, scale=2),
    "adapters": lambda: few_weights.adapter_places(d_model=384, d_ff=1536),
    "cleaning": lambda: scale.cleaning_stages(2225, [("exact copies", 2124), ("length", 2124)]),
    "bands": lambda: scale.banded_signatures([3, 14, 7, 2, 9, 1], [3, 14, 8, 2, 9, 1], 3),
    "branches": lambda: scale.branched_run([62, 125, 249, 499, 998], 0.2),
    "map": lambda: overview.book_map(PARTS),
}
