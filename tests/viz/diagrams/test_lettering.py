"""Markup of labels, and their widths."""

import pytest
from matplotlib.font_manager import findSystemFonts
from matplotlib.ft2font import FT2Font

from lmbook.viz.diagrams.lettering import _WIDTH, SIZE, TINY, plain, runs, spans, width


def test_markup_is_read_as_runs():
    looks = [(run.text, run.look) for run in runs("**h**_{t−1} + *x*^{2}")]
    assert looks == [("h", "bold"), ("t−1", "below"), (" + ", ""), ("x", "italic"), ("2", "above")]


def test_plain_text_has_no_markup():
    assert plain("**W**_{x}**x**_{t}") == "Wxxt"


def test_names_with_underscores_are_no_markup():
    assert plain("d_model 64") == "d_model 64"


def test_what_stands_below_the_line_comes_back_to_it():
    # 0.26 of 16 down, then the same up again
    assert (
        spans("h_{t}+", 16)
        == 'h<tspan dy="4.16" font-size="13.5">t</tspan><tspan dy="-4.16">+</tspan>'
    )


def test_signs_of_html_are_escaped():
    assert spans("a < b & c", 16) == "a &lt; b &amp; c"


def test_widths_add_up_and_small_letters_are_narrower():
    assert width("ab") == pytest.approx((0.557 + 0.612) * SIZE)
    assert width("_{a}") == pytest.approx(0.557 * TINY)
    assert width("a\nabc") == width("abc")


def test_no_character_is_wider_than_the_table_says():
    paths = [path for path in findSystemFonts() if "LiberationSans-" in path]
    fonts = {path: FT2Font(path) for path in paths if path.endswith(("-Regular.ttf", "-Bold.ttf"))}
    if not fonts:
        pytest.skip("Liberation Sans is not installed: there is nothing to measure")
    for font in fonts.values():
        font.set_size(1000, 72)
        for character, wide in _WIDTH.items():
            assert font.load_char(ord(character)).linearHoriAdvance / 65536 <= wide + 1, character
