"""The live search: the page's index ranks as ``Bm25Index`` does, at every setting."""

import json

import pytest

from lmbook.data.sources.packages import DataError
from lmbook.tasks.retrieve import Bm25Index, split_terms
from lmbook.viz.live.base import shared
from lmbook.viz.live.search import N_SHOWN, LiveSearch
from lmbook.viz.live.stock import PASSAGES, content_of, passage_texts

ASKED = "What is the name of the capital of Mali?"
TEXTS = [ASKED, "Straße São-Tomé İ x_1 ½ ２", "don't 你好吗 Ωμέγα", "", "١٢ naïve e\u0301"]
SCRIPT = str(LiveSearch._esm)


@pytest.fixture(scope="module")
def passages():
    try:
        return passage_texts()
    except DataError as error:
        pytest.skip(f"the passages cannot be had: {error}")


@pytest.fixture(scope="module")
def path(passages, tmp_path_factory):
    file = tmp_path_factory.mktemp("passages") / PASSAGES
    file.write_bytes(content_of(PASSAGES))
    return str(file)


def test_texts_are_cut_into_the_terms_of_the_package(run_engine):
    found = run_engine("given.map(terms)", TEXTS, script=SCRIPT)
    assert found == [list(split_terms(text)) for text in TEXTS]


@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.0, 0.0), (0.9, 0.4), (5.0, 1.0)])
def test_the_page_ranks_as_the_package(k1, b, passages, path, run_engine):
    asked = [ASKED, "From which city is Mali governed?", "mali mali", "länge der grenze"]
    code = """(() => {
      const index = indexOf(JSON.parse(readFileSync(given.path, "utf8")));
      return given.asked.map((text) => search(index, text, given));
    })()"""
    found = run_engine(code, {"path": path, "asked": asked, "k1": k1, "b": b}, script=SCRIPT)
    index = Bm25Index(passages, k1=k1, b=b)
    for text, page in zip(asked, found, strict=True):
        wanted = index.search(text, N_SHOWN)
        scores = [hit["score"] for hit in page["hits"]]
        assert scores == pytest.approx([hit.score for hit in wanted], rel=1e-5)
        own = index.scores(text)
        assert scores == pytest.approx([own[hit["passage"]] for hit in page["hits"]], rel=1e-5)
        assert page["nFound"] == (own > 0).sum()


def test_the_stored_example_is_what_the_page_computes(passages, path, run_engine):
    example = LiveSearch(ASKED).example
    code = 'search(indexOf(JSON.parse(readFileSync(given.path, "utf8"))), given.text, given)'
    given = {"path": path, "text": ASKED, "k1": 1.5, "b": 0.75}
    found = run_engine(code, given, script=SCRIPT)
    assert found["words"] == [list(pair) for pair in example["words"]]
    assert [hit["text"] for hit in found["hits"]] == [hit["text"] for hit in example["hits"]]
    for page, stored in zip(found["hits"], example["hits"], strict=True):
        assert page["parts"] == pytest.approx(stored["parts"], abs=1e-3)
        assert page["score"] == pytest.approx(sum(stored["parts"]), abs=5e-3)


def test_the_file_and_the_rows(passages):
    explorer = LiveSearch(ASKED)
    assert explorer.files[0]["name"] == PASSAGES
    assert json.loads(content_of(PASSAGES)) == passages
    assert len(explorer.rows()) == N_SHOWN
    assert explorer.rows()[0][1].startswith("Mali, Country name.")


def test_what_is_shown_is_text_and_never_html():
    own = SCRIPT.removeprefix(shared("js", "lf"))
    assert "innerHTML" not in own and "insertAdjacentHTML" not in own


def test_no_text_too_much_and_another_collection_are_refused(passages):
    for text in ("", "x" * 2001):
        with pytest.raises(ValueError, match="characters, needs 1 to 2000"):
            LiveSearch(text)
    with pytest.raises(ValueError, match="index holds 2 passages, not 10989"):
        LiveSearch(ASKED, Bm25Index(["a b", "c"]))
