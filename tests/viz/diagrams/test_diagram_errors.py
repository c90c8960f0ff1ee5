"""What a drawing cannot show is refused by name."""

import pytest

from lmbook.viz.diagrams import (
    adapting,
    aligning,
    answering,
    architectures,
    attending,
    blocks,
    chatting,
    compressing,
    counting,
    evaluating,
    feedforward,
    few_weights,
    interpreting,
    labelling,
    overview,
    parts,
    permuting,
    pretraining,
    recurrence,
    recurrent_cells,
    scale,
    searching,
    segmenting,
    tokenizing,
    training,
    translating,
)
from lmbook.viz.diagrams.canvas import Canvas
from lmbook.viz.diagrams.theme import fill

SIZES = {"d_model": 8, "d_hidden": 8}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scale.cleaning_stages(5, []), "stages is empty"),
        (lambda: scale.cleaning_stages(5, [("length", 6)]), "'length' leaves 6 of 5 texts"),
        (lambda: scale.banded_signatures([1, 2, 3], [1, 2, 3], 2), "3 and 3 entries are not bands"),
        (lambda: scale.branched_run([5, 3], 0.2), r"ends=\[5, 3\] do not rise"),
        (lambda: scale.branched_run([5], 1.5), "decay_share=1.5 is not between"),
        (lambda: labelling.tag_lattice(["a"], ["X", "Y"], ["X"]), "words holds 1, not 2 to 6"),
        (lambda: labelling.tag_lattice(["a", "b"], ["X", "Y"], ["Z", "X"]), "is no row of 2 tags"),
        (
            lambda: labelling.tagger_layers(["a", "b"], ["X"], d_model=4, d_hidden=4),
            "2 words and 1 tags, not 2 to 4",
        ),
        (lambda: counting.language_model(["a"], {"b": 1.5}, "m"), r"next_probs\['b'\]=1.5 is not"),
        (lambda: counting.language_model(["a"], {"b": 0.7, "c": 0.7}, "m"), "sum ≤ 1"),
        (lambda: feedforward.skip_gram(["a"], 1, 1, ["b"]), "center=1, 1 tokens"),
        (
            lambda: answering.retrieve_then_read(n_passages=2, k=3, length=9),
            "k=3 is above n_passages=2",
        ),
        (lambda: aligning.word_links(["a"] * 11, ["b"], [0], [0]), "source has 11 words"),
        (lambda: aligning.word_links(["a"], ["b"], [1], [0]), r"guessed=\[1\] is not one of 1"),
        (lambda: aligning.word_links(["a"], ["b"], [0], []), r"right=\[\] is not one of 1"),
        (
            lambda: aligning.back_translation(n_pairs=0, n_alone=1, source="a", target="b"),
            "n_pairs=0 is below 1",
        ),
        (
            lambda: aligning.back_translation(n_pairs=1, n_alone=1, source="a", target=" "),
            "a language has no name",
        ),
        (lambda: chatting.chat_row(["a"], []), "1 tokens and 0 marks"),
        (lambda: chatting.chat_row([], []), "tokens is empty"),
        (lambda: evaluating.clipped_words([], ["a"]), "hypothesis is empty"),
        (lambda: evaluating.clipped_words(["a"], ["a"] * 8), "reference has 8 words"),
        (lambda: evaluating.paired_draws([1], [1, 0], []), "1 and 2 results"),
        (lambda: evaluating.paired_draws([1], [0], [[1]]), r"draws\[0\]=\[1\] is not 1 positions"),
        (lambda: evaluating.paired_draws([1, 0], [0, 1], [[1]]), "is not 2 positions below 2"),
        (lambda: compressing.weight_grid([]), "1 to 6, not all 0, are drawn"),
        (lambda: compressing.weight_grid([0.0]), "1 to 6, not all 0, are drawn"),
        (lambda: compressing.weight_grid([1.0], 5), "bits=5 has more than 15 levels"),
        (lambda: compressing.teacher_and_student(9, [1]), "n_layers=9 is above 8"),
        (lambda: compressing.teacher_and_student(6, [3, 3]), "does not rise"),
        (lambda: compressing.teacher_and_student(4, [5]), "the teacher has 4 layers"),
        (lambda: answering.span_head(["a"], [0.5], [], 0), "1 tokens, 1 begin, 0 end"),
        (lambda: answering.span_head(["a"], [1.5], [0.5], 0), r"begin\[0\]=1.5 is not between"),
        (lambda: counting.ngram_window(["a"] * 9, 3), "tokens has 9 tokens, not 3 to 8"),
        (lambda: counting.ngram_window(["a"] * 4, 0), "order=0 is below 1"),
        (lambda: counting.backoff_lattice(["a"], 5), "words has 1 words, needs 2 to 4"),
        (lambda: counting.backoff_lattice(["a", "b"], 0), "vocab_size=0 is below 1"),
        (lambda: tokenizing.tokenizer_pipeline("a", "a", ["a"], ["a"], []), "ids has 0 entries"),
        (lambda: tokenizing.merge_trees([], []), "words is empty"),
        (lambda: segmenting.word_lattice("ab", [[1]], ["ab"]), "ends has 1 entries"),
        (lambda: segmenting.word_lattice("a" * 10, [[1]] * 10, ["a"] * 10), "one for each of 1"),
        (lambda: segmenting.word_lattice("ab", [[1], [2]], ["ab"]), r"path=\['ab'\] is no path"),
        (lambda: segmenting.word_lattice("ab", [[1], [2]], ["a"]), r"path=\['a'\] is no path"),
        (lambda: tokenizing.merge_trees(["abcdefghijklmn"], []), "more than 13"),
        (
            lambda: feedforward.feedforward_lm(["a"] * 6, vocab_size=9, **SIZES),
            "tokens has 6 tokens, more than 5",
        ),
        (
            lambda: feedforward.feedforward_lm(["a"], vocab_size=0, **SIZES),
            "vocab_size=0 is below 1",
        ),
        (
            lambda: recurrence.unrolled_rnn(["a"], vocab_size=9, **SIZES),
            "tokens has 1 tokens, needs 3",
        ),
        (lambda: recurrence.truncated_bptt(7, 3), "n_steps=7 and window=3"),
        (lambda: recurrence.truncated_bptt(4, 5), "n_steps=4 and window=5"),
        (lambda: recurrent_cells.rnn_cell(d_model=0, d_hidden=1), "d_model=0 is below 1"),
        (lambda: recurrent_cells.lstm_cell(d_model=1, d_hidden=0), "d_hidden=0 is below 1"),
        (lambda: recurrent_cells.gru_cell(d_model=1, d_hidden=-1), "d_hidden=-1 is below 1"),
        (
            lambda: translating.encoder_decoder(["a"] * 5, ["b"] * 4, d_hidden=8),
            "have 9 tokens, more than 8",
        ),
        (
            lambda: translating.encoder_decoder(["a"], ["b"], d_hidden=8, weights=[0.5] * 2),
            "weights has 2 numbers for 1 source tokens",
        ),
        (
            lambda: translating.encoder_decoder(["a"], ["b"], d_hidden=8, weights=[1.0]),
            "source has 1 tokens, weights need 3 or more",
        ),
        (lambda: attending.queries_keys_values(time=0, d_model=8, d_head=2), "time=0 is below 1"),
        (
            lambda: attending.heads_as_reshape(time=2, d_model=9, n_heads=2),
            "d_model=9 is not a multiple of n_heads=2",
        ),
        (
            lambda: attending.heads_as_reshape(time=2, d_model=34, n_heads=17),
            "n_heads=17 is more than 16",
        ),
        (lambda: blocks.block_layouts(d_model=8, n_heads=2, d_ff=0), "d_ff=0 is below 1"),
        (
            lambda: architectures.three_architectures(n_source=4, n_target=4),
            "n_source . n_target = 8 is more than 7 tokens",
        ),
        (lambda: searching.search_tree([], ["a"]), "record is empty"),
        (
            lambda: searching.kv_cache(["a"], 1, n_layers=1, n_kv_heads=1, d_head=1),
            "n_new=1 of 1 tokens",
        ),
        (
            lambda: searching.kv_cache(["a"] * 3, 1, n_layers=1, n_kv_heads=0, d_head=1),
            "n_kv_heads=0 is below 1",
        ),
        (lambda: training.training_step(n_accumulated=0, clip_norm=1.0), "n_accumulated=0"),
        (lambda: training.trainer_loop(n_epochs=0, n_steps=1), "n_epochs=0 is below 1"),
        (lambda: training.parallelism(n_layers=3, d_ff=2, batch=2), "n_layers=3 is odd"),
        (lambda: pretraining.packed_rows([["a"]], 11), "n_steps=11"),
        (lambda: pretraining.packed_rows([["a"]], 2, row=5), "row=5"),
        (lambda: pretraining.bert_input(["a"] * 3, ["b"] * 3), "have 6 tokens, more than 5"),
        (
            lambda: pretraining.bert_heads(["a", "b"], [0], d_model=8, vocab_size=9),
            r"hidden=\[0\] of 2 tokens",
        ),
        (lambda: permuting.two_streams([0, 1], 2), r"position=2 is not in order=\[0, 1\]"),
        (lambda: permuting.two_streams([0, 0], 0), "does not hold each of 0"),
        (lambda: adapting.fine_tuning_choices(n_layers=7, decay=0.5), "n_layers=7 is more than 6"),
        (lambda: adapting.fine_tuning_choices(n_layers=2, decay=1.5), "decay=1.5 is not between"),
        (
            lambda: adapting.text_classifiers(n_features=0, d_model=1, n_classes=2),
            "n_features=0 is below 1",
        ),
        (lambda: interpreting.stream_with_lens(["a"]), "readings holds 1, needs 2 to 6"),
        (
            lambda: interpreting.patched_run(["a"], ["a", "b"], 0, ("a", "b", "a")),
            "1 and 2 tokens: as many, at most 5",
        ),
        (
            lambda: interpreting.patched_run(["a"], ["b"], 1, ("a", "b", "a")),
            "position=1 is not below 1",
        ),
        (
            lambda: few_weights.low_rank_change(d_in=8, d_out=4, rank=5, scale=1),
            "rank=5 exceeds the width 4",
        ),
        (lambda: few_weights.adapter_places(d_model=0, d_ff=1), "d_model=0 is below 1"),
        (lambda: overview.book_map([]), "parts is empty"),
        (lambda: overview.book_map([("I", [])]), "part 'I' has no chapter"),
        (lambda: Canvas("small", 10, 100), "w=10 is not between 40.0 and 1200.0"),
        (lambda: Canvas("name", 100, 100).finish(" ", "text"), "title=' ' is empty"),
        (lambda: Canvas("name", 100, 100).finish("text", ""), "description='' is empty"),
        (
            lambda: Canvas("name", 100, 100).box(50, 50, "a long label", w=20),
            "label='a long label'",
        ),
        (lambda: fill("pink"), "kind='pink' is not one of token, layer"),
        (lambda: parts.arrow(Canvas("name", 100, 100), (0, 0)), "has 1 points, needs 2 or more"),
        (
            lambda: parts.cells(Canvas("name", 100, 100), 9, 9, ["much too wide"], w=20),
            "label='much too wide' is too wide for a cell of w=20",
        ),
    ],
)
def test_the_message_names_argument_value_and_limit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
