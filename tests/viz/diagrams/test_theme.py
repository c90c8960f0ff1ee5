"""Text can be read on every fill, in both themes; colours follow the page."""

import re

import pytest

from lmbook.viz.diagrams.theme import KINDS, PALETTE, line, style_sheet
from tests.viz.diagrams import gallery

# The text and the muted text of the pages' theme, light and dark: they replace our own there.
PAGE = {"text": ("#222832", "#ced6dd"), "quiet": ("#48566b", "#9ca4af")}


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("kind", ["paper", *KINDS])
def test_text_has_a_contrast_of_4_5_on_every_fill(kind, theme):
    for colours in (PALETTE["text"], PAGE["text"]):
        assert contrast(colours[theme], PALETTE[kind][theme]) >= 4.5
    if kind in ("paper", "layer", "group", "token"):
        for colours in (PALETTE["quiet"], PAGE["quiet"]):
            assert contrast(colours[theme], PALETTE[kind][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_outlines_and_arrows_have_a_contrast_of_3_on_the_page(kind, theme):
    assert contrast(PALETTE[line(kind)][theme], PALETTE["paper"][theme]) >= 3
    assert contrast(PALETTE[line(kind)][theme], PALETTE[kind][theme]) >= 3


@pytest.mark.parametrize("name", sorted(gallery.DRAWINGS))
def test_every_class_of_a_drawing_has_a_rule_and_every_colour_a_value(name):
    drawing = gallery.DRAWINGS[name]()
    page = drawing.html()
    for one in set(re.findall(r'class="(lmb-d-[a-z-]+)"', drawing.svg)):
        assert f".lmb-d .{one}{{" in page
    used = set(re.findall(r"var\((--lmb-d-[a-z-]+)\)", page))
    assert used and all(f"{one}:light-dark(" in page and f"{one}:#" in page for one in used)


def test_rules_that_a_drawing_does_not_need_are_left_out():
    assert "lmb-d-query{" not in style_sheet(frozenset({"token"}))
    assert "lmb-d-query{" in style_sheet(frozenset({"query"}))
