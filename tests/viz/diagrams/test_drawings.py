"""Every drawing is well-formed, described, tidy, small, and says the numbers of its model."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
import torch

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import PretrainingHeads
from lmbook.nn.kv_cache import KVCache
from lmbook.nn.recurrent import GRU, LSTM
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.segmentation import segment_viterbi
from lmbook.tokenizers.segmentation import word_lattice as lattice
from lmbook.viz.diagrams import (
    attending,
    blocks,
    counting,
    feedforward,
    permuting,
    pretraining,
    recurrent_cells,
    searching,
    segmenting,
    tokenizing,
)
from lmbook.viz.diagrams.canvas import Canvas
from tests.viz.diagrams import gallery, geometry

NAMES = sorted(gallery.DRAWINGS)


@pytest.fixture(params=NAMES)
def drawing(request):
    return gallery.DRAWINGS[request.param]()


def words(drawing):
    return [text.name for text in geometry.texts(geometry.root(drawing))]


def said(drawing):
    return " | ".join(words(drawing))


def test_a_drawing_is_valid_xml_with_a_title_and_a_description(drawing):
    tree = geometry.root(drawing)
    assert tree.tag == f"{geometry.SVG}svg" and tree.get("role") == "img"
    title, description = tree[0], tree[1]
    assert [part.tag for part in (title, description)] == [
        f"{geometry.SVG}title",
        f"{geometry.SVG}desc",
    ]
    assert tree.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == drawing.title and len(description.text) > 60
    assert "*" not in description.text and "_{" not in description.text


def test_the_html_is_one_frame_that_is_closed(drawing):
    frame = ET.fromstring(drawing.html().replace("'", "&apos;"))
    assert frame.get("class") == "lmb-d"
    assert [part.tag for part in frame] == ["style", f"{geometry.SVG}svg"]


def test_ids_differ_between_drawings_and_from_call_to_call_they_do_not():
    found = [re.findall(r' id="([^"]+)"', make().svg) for make in gallery.DRAWINGS.values()]
    counts = Counter(one for ids in found for one in ids)
    assert all(len(ids) == 2 for ids in found) and max(counts.values()) == 1
    for make in gallery.DRAWINGS.values():
        assert make().html() == make().html()


def test_the_same_drawing_with_other_numbers_has_other_ids():
    one, two = (recurrent_cells.lstm_cell(d_model=64, d_hidden=n) for n in (128, 256))
    find = re.compile(r' id="([^"]+)"').findall
    assert not set(find(one.svg)) & set(find(two.svg))


def test_nothing_overlaps_leaves_the_sheet_or_its_box_or_is_crossed_by_a_line(drawing):
    assert geometry.faults(drawing) == []


def test_the_geometry_sees_each_kind_of_fault():
    sheet = Canvas("faults", 200, 100)
    sheet.text(190, 50, "over the edge")
    sheet.text(100, 50, "one")
    sheet.text(102, 52, "two")
    sheet.box(40, 50, "a box", w=60)
    sheet.note(70, 50, "half in it")
    sheet.path("M10 50L90 50")
    found = " ".join(geometry.faults(sheet.finish("A title", "A description")))
    for fault in ("outside the sheet", "texts overlap", "text leaves its box", "line through"):
        assert fault in found


def test_a_drawing_is_small(drawing):
    assert len(drawing.html().encode()) <= 15_000


def test_text_is_11_pixels_or_more_on_a_phone(drawing):
    tree = geometry.root(drawing)
    sizes = {float(s) for s in re.findall(r'font-size="([\d.]+)"', drawing.svg)}
    sheet_width = float(tree.get("viewBox").split()[2])
    least = int(re.search(r"min-width:(\d+)px", tree.get("style"))[1])
    assert min(sizes) * least / sheet_width > 10.95
    scrolls = 'tabindex="0"' in drawing.html()
    assert scrolls == (least > 345)


def test_a_notebook_gets_html_and_svg(drawing):
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["image/svg+xml"] in bundle["text/html"]
    assert set(drawing._repr_mimebundle_(include={"text/html"})) == {"text/html"}
    assert set(drawing._repr_mimebundle_(exclude={"text/html"})) == {"image/svg+xml", "text/plain"}


def test_without_any_style_sheet_a_drawing_keeps_its_light_colours(drawing):
    for element in geometry.root(drawing).iter():
        if element.tag in (f"{geometry.SVG}rect", f"{geometry.SVG}path"):
            fill, stroke = element.get("fill"), element.get("stroke")
            assert fill and (fill != "none" or stroke)
            assert fill == "none" or fill.startswith("#")


# ---- numbers are those of the models


def test_the_feedforward_drawing_has_the_shapes_of_the_model():
    config = FeedforwardConfig(vocab_size=50, n_context=3, d_model=8, d_hidden=20)
    model = FeedforwardLM(config)
    drawing = feedforward.feedforward_lm(["a", "b", "c"], vocab_size=50, d_model=8, d_hidden=20)
    assert f"3 × 8 = {model.hidden.in_features}" in words(drawing)
    assert f"d_hidden {model.hidden.out_features}" in words(drawing)
    assert f"logits, vocab {model.output.out_features}" in words(drawing)


def test_the_cells_have_as_many_sums_as_the_layers_have_rows():
    lstm, gru = LSTM(8, 20), GRU(8, 20)
    assert f"sums: {len(lstm.weight_ih_l0)}" in said(
        recurrent_cells.lstm_cell(d_model=8, d_hidden=20)
    )
    assert f"2 × {len(gru.weight_ih_l0)}" in said(recurrent_cells.gru_cell(d_model=8, d_hidden=20))


def test_the_heads_and_blocks_have_the_shapes_of_the_model():
    config = GPTConfig(
        vocab_size=50, n_positions=16, d_model=24, n_layers=1, n_heads=4, d_ff=40, start_id=0
    )
    block = GPT(config).blocks[0]
    d_head = block.attention.d_head
    drawing = attending.heads_as_reshape(time=5, d_model=24, n_heads=4)
    assert f"= 4 heads × d_head {d_head}" in words(drawing)
    drawing = blocks.block_layouts(d_model=24, n_heads=4, d_ff=40)
    assert words(drawing).count(f"d_ff {block.feedforward.up.out_features}") == 2


def test_the_cache_grows_by_as_many_bytes_a_token_as_ours():
    cache = KVCache(n_layers=3, batch_size=1, n_kv_heads=2, capacity=7, d_head=5)
    drawing = searching.kv_cache(list("abcd"), 2, n_layers=3, n_kv_heads=2, d_head=5)
    assert f"= {cache.n_bytes // 7} a token" in said(drawing)


def test_the_heads_of_bert_have_as_many_logits_as_the_model():
    config = BertConfig(vocab_size=60, d_model=8, n_layers=1, n_heads=2, d_ff=16)
    tokens, _ = PretrainingHeads(Bert(config)).eval()(torch.tensor([[1, 2, 3]]))
    drawing = pretraining.bert_heads(list("abc"), [1], d_model=8, vocab_size=60)
    assert f"logits: vocab {tokens.shape[-1]}" in words(drawing)


def test_merge_trees_end_in_the_tokens_of_the_tokenizer():
    merges = [("e", "a"), ("s", "ea"), ("sea", "t")]
    tokenizer = BPETokenizer(merges)
    drawing = tokenizing.merge_trees(["seat", "tea"], merges)
    description = geometry.root(drawing)[1].text
    for word in ("seat", "tea"):
        split = " ".join(tokenizer.token(one) for one in tokenizer.encode(word))
        assert f"'{word}' becomes {split}." in description


def test_the_lattice_has_every_word_once_and_the_path_in_its_first_row():
    text, counts = "研究所有", {"研究": 30, "研究所": 9, "所有": 25, "有": 200}
    path = segment_viterbi(text, counts)
    assert path == ["研究所", "有"]
    shown = words(segmenting.word_lattice(text, lattice(text, counts), path))
    shown = shown[shown.index("4") - 4 : -1]  # without the note at the bottom
    assert shown[:5] == ["0", "1", "2", "3", "4"]
    # the rest: 4 single characters, of which 有 is in the path, and 研究 and 所有
    assert shown[5:7] == path and sorted(shown[7:]) == sorted(["研究", "所有", "研", "究", "所"])


def test_a_window_shows_as_many_tokens_of_context_as_the_order_leaves():
    drawing = counting.ngram_window(gallery.WORDS, 3)
    assert [text for text in words(drawing) if text.startswith("P(")] == [
        "P(not | be or)",
        "P(to | or not)",
        "P(be | not to)",
    ]


def test_an_order_of_1_has_no_context():
    assert "P(be)" in words(counting.ngram_window(gallery.WORDS, 1))


def test_backing_off_drops_the_first_word_first():
    shown = words(counting.backoff_lattice(["or", "not", "be"], 9612))
    assert "not seen: × β(or not)" in shown and "not seen: × β(not)" in shown
    assert "1 / 9,612" in shown


def test_the_mask_of_a_packed_row_admits_the_pairs_counted_by_hand():
    # "/ a b c / d": 4 tokens of one document, 2 of the next: 4·5/2 + 2·3/2 = 13
    drawing = pretraining.packed_rows([list("abc"), list("de"), list("fghi")], 6)
    assert "document (13 pairs)" in words(drawing)


def test_the_two_streams_count_what_the_masks_admit():
    # in the order 2, 0, 3, 1 the position 3 comes third
    description = geometry.root(permuting.two_streams([2, 0, 3, 1], 3))[1].text
    assert "content vectors of 2 positions" in description


def test_the_tree_shows_the_log_probability_of_every_candidate():
    record = gallery.search_record()
    shown = words(searching.search_tree(record, ["a", "b", "."]))
    for node in record:
        assert f"{node.total:.2f}".replace("-", "−") in shown
