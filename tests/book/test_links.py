"""What a link to a page shows elsewhere: descriptions, pictures and tags of a small built site."""

import re
import struct

import pytest
from sphinx.application import Sphinx

from tools.site import cards, links

TAG = r'<meta (?:property|name)="(og:[\w:]+|twitter:\w+|description)" content="([^"]*)"'
TREE = "```{toctree}\none\nbare\n```\n"
PAGES = {
    "book/index": f"# The Book, about words\n\nFirst sentence. Second one.\n\n{TREE}",
    "book/bare": "# Bare\n\n- A list alone.\n",
    "book/one": '# One & "two"\n\nA *bold* claim $x^2$ [Someone, 1999]. It holds:\n\nMore.\n',
}


@pytest.fixture
def build(tmp_path):
    def make(site):
        source, out = tmp_path / "source", tmp_path / "out"
        (source / "book").mkdir(parents=True)
        for name, text in PAGES.items():
            (source / f"{name}.md").write_text(text, encoding="utf-8")
        settings = {
            "extensions": ["myst_parser", "sphinxext.opengraph", "tools.site.links"],
            "myst_enable_extensions": ["dollarmath"],
            "project": "The Book, about words",
            "root_doc": "book/index",
            "ogp_site_url": site,
            "ogp_social_cards": {"enable": False},
            "html_theme": "basic",
        }
        Sphinx(
            source, None, out, tmp_path / "trees", "html", settings, status=None, warning=None
        ).build()
        return out

    return make


def tags(path):
    """Of a page: property or name of each tag → its content."""
    found = re.findall(TAG, path.read_text())
    assert len(found) == len(dict(found)), "a tag stands twice"
    return dict(found)


def test_pages_of_a_published_site_name_absolute_addresses(build):
    out = build("https://example.org/book/")
    found = tags(out / "book/one.html")
    assert found["og:description"] == found["description"] == "A bold claim. It holds."
    assert found["og:title"].startswith("One &")
    assert found["og:url"] == "https://example.org/book/book/one.html"
    assert found["og:image"].startswith("https://example.org/book/_images/cards/book-one-")
    assert found["twitter:card"] == "summary_large_image"
    picture = out / found["og:image"].removeprefix("https://example.org/book/")
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    assert (width, height) == (int(found["og:image:width"]), int(found["og:image:height"]))


def test_a_page_without_a_paragraph_is_described_by_its_title(build):
    found = tags(build("") / "book/bare.html")
    assert found["og:description"] == found["description"] == "Bare: The Book, about words"


def test_without_an_address_the_picture_is_found_from_the_page(build):
    out = build("")
    found = tags(out / "book/one.html")
    assert "og:url" not in found
    assert (out / "book" / found["og:image"]).resolve().is_file()


@pytest.mark.parametrize("site", ["", "https://example.org/book/"])
def test_the_root_sends_readers_on_and_describes_the_book(build, site):
    out = build(site)
    root = out / "index.html"
    assert 'http-equiv="refresh" content="0; url=book/index.html"' in root.read_text()
    found = tags(root)
    assert found["og:description"] == "First sentence. Second one."
    assert (out / found["og:image"].removeprefix(site)).is_file()


def test_a_description_ends_with_a_sentence_or_says_that_it_is_cut():
    assert links.shortened("One. Two is longer. Three.", 19) == "One. Two is longer."
    assert (
        links.shortened("It costs 1.5 bits, e.g. here. No more.", 30)
        == "It costs 1.5 bits, e.g. here."
    )
    assert links.shortened("A sentence that, alas, is long.", 23) == "A sentence that, alas…"
    assert links.shortened("Short. A sentence that is long.", 23) == "Short. A sentence that…"
    assert links.shortened("Short.", 23) == "Short."


def test_a_title_is_broken_into_lines_that_fit():
    assert cards.wrapped("16. Masked pre-training: BERT and RoBERTa") == [
        "16. Masked pre-training:",
        "BERT and RoBERTa",
    ]
    long = cards.wrapped("words " * 40)
    assert len(long) == 4 and long[-1].endswith("…") and max(map(len, long)) <= 24


def test_pictures_of_different_titles_differ_and_of_equal_ones_do_not(tmp_path):
    for name, title in (("a", "One"), ("b", "One"), ("c", "Two $x")):
        cards.draw(tmp_path / name, title, "above", "below")
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other
