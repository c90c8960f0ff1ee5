"""The architecture explorer: masks and counts of the page, checked against NumPy and the papers."""

import json
from pathlib import Path

import numpy as np
import pytest

from lmbook.viz.explorers import architectures
from lmbook.viz.explorers.architectures import ARCHITECTURES, PUBLISHED, ArchitecturesExplorer

SCRIPT = Path(architectures.__file__).parent / "architectures.js"
SOURCE = ["the", "cat", "sat"]
TARGET = ["<s>", "猫"]


def page_mask(run_js, architecture: str, prefix: int = 0, n_padding: int = 0) -> np.ndarray:
    fields = {"architecture": architecture, "source": SOURCE, "target": TARGET}
    items = f"line({json.dumps(fields | {'nPadding': n_padding})})"
    return np.array(run_js(f"matrix({items}, {prefix})"))


def test_an_encoder_sees_every_real_token_and_no_padding(run_js):
    seen = page_mask(run_js, "encoder", n_padding=2) == "self"
    assert seen[:, :3].all() and not seen[:, 3:].any()


@pytest.mark.parametrize("prefix", [0, 1, 2, 3])
def test_a_decoder_is_causal_after_a_bidirectional_prefix(run_js, prefix):
    expected = np.tri(3, dtype=bool)
    expected[:prefix, :prefix] = True
    np.testing.assert_array_equal(page_mask(run_js, "decoder", prefix) == "self", expected)


def test_an_encoder_decoder_looks_across_in_one_direction_only(run_js):
    # 4 rows of the source, one of them padding; 2 of the target
    seen = page_mask(run_js, "encoder–decoder", n_padding=1)
    assert (seen[:4, :3] == "self").all()
    assert (seen[:4, 3:] == "none").all()
    assert (seen[4:, :3] == "cross").all() and (seen[4:, 3] == "none").all()
    assert seen[4:, 4:].tolist() == [["self", "none"], ["self", "self"]]


def test_an_encoder_decoder_has_the_mask_of_a_decoder_with_its_source_as_prefix(run_js):
    fields = {"architecture": "decoder", "source": SOURCE + TARGET, "target": [], "nPadding": 0}
    one_stack = np.array(run_js(f"matrix(line({json.dumps(fields)}), {len(SOURCE)})"))
    np.testing.assert_array_equal(
        page_mask(run_js, "encoder–decoder") != "none", one_stack != "none"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GPT-2 small", 124_439_808),
        ("BERT base", 109_482_240),
        ("RoBERTa base", 124_645_632),
        # 37,000 x 512 + 6 x (12 x 512^2 + 13 x 512) + 6 x (16 x 512^2 + 19 x 512)
        ("Transformer base", 63_082_496),
    ],
)
def test_published_models_have_their_number_of_parameters(run_js, name, expected):
    sizes = next(sizes for sizes in PUBLISHED if sizes["name"] == name)
    assert sizes["architecture"] in ARCHITECTURES
    assert run_js(f"total(countParameters({json.dumps(sizes)}))") == expected


def test_parts_that_a_model_lacks_are_left_out(run_js):
    sizes = next(sizes for sizes in PUBLISHED if sizes["name"] == "GPT-2 small")
    parts = {item["part"] for item in run_js(f"countParameters({json.dumps(sizes)})")}
    assert not parts & {"cross-attention", "pooler"}


def test_a_token_is_described_with_what_it_sees(run_js):
    fields = {"architecture": "encoder–decoder", "source": SOURCE, "target": TARGET}
    fields = json.dumps(fields | {"nPadding": 1})
    items = f"(() => {{ const items = line({fields}); return [3, 4].map((at) => "
    items += "describeToken(items, matrix(items, 0)[at], at)); })()"
    padding, start = run_js(items)
    assert padding.startswith("“[PAD]” (4 of 6, encoder) may look at 3 positions: the, cat, sat.")
    assert padding.endswith("nobody looks at it, and its own output is thrown away.")
    assert start == (
        "“<s>” (5 of 6, decoder) may look at 4 positions: the memory of the, cat, sat; and <s>."
    )


def test_sizes_are_read_as_whole_numbers_within_their_limits(run_js):
    assert run_js('["12", " 3 ", "0", "999", "", "1.5", "x"].map((t) => wholeNumber(t, 100))') == [
        *(12, 3, 1, 100, None, None, None)
    ]
    assert run_js("[7, 1000, 124439808].map(number.format)") == ["7", "1,000", "124,439,808"]


def test_the_plain_text_of_an_explorer_is_short_and_holds_no_address():
    assert repr(ArchitecturesExplorer(SOURCE, TARGET)) == "ArchitecturesExplorer(3 and 2 tokens)"


def test_sentences_out_of_range_are_refused_by_name():
    with pytest.raises(ValueError, match="source has 0 tokens, needs 1 to 12"):
        ArchitecturesExplorer([], TARGET)
    with pytest.raises(ValueError, match="target has 13 tokens, needs 1 to 12"):
        ArchitecturesExplorer(SOURCE, ["a"] * 13)
    with pytest.raises(ValueError, match="target=.* holds an empty token"):
        ArchitecturesExplorer(SOURCE, ["a", ""])
