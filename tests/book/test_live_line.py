"""The landing page's live line, as it is written into the page: what it holds and how it is put."""

import json
import re
import shutil
import subprocess

import pytest

from lmbook.viz.live.base import MOST_BYTES
from lmbook.viz.live.bundles import core_of
from lmbook.zoo.checkpoints import card, load
from tools.site import line

TEXT = "To <b>be</b> & not"


@pytest.fixture(scope="module")
def mounted():
    return line.mount(TEXT)


def test_the_model_is_one_that_the_site_offers():
    model, _ = load(line.MODEL)
    assert core_of(line.MODEL, model) is model  # raises where the page has no engine for it
    assert len(line.cached_bundle(line.MODEL)) < MOST_BYTES


def test_without_javascript_the_stored_example_is_read_and_says_what_it_is(mounted):
    stored = mounted.split("<style>")[0]
    assert "To &lt;b&gt;be&lt;/b&gt; &amp; not" in stored and "<b>" not in stored
    assert "A stored example" in stored and "With JavaScript" in stored


def test_the_facts_are_those_of_the_example(mounted):
    (facts,) = re.findall(r'id="lmb-line-facts">(.*?)</script>', mounted, re.S)
    found = json.loads(facts)
    assert found["example"] == line.example(TEXT)
    assert found["example"]["text"] == TEXT and found["example"]["added"]
    assert len(found["example"]["rows"]) == found["nShown"]
    assert found["file"] == {"name": line.MODEL, "n_bytes": len(line.cached_bundle(line.MODEL))}


def test_no_part_of_the_page_ends_early(mounted):
    assert mounted.count("</script>") == 2 and mounted.count("</style>") == 1
    assert "lmb-xx-" not in mounted and "lmb-ls-" not in mounted


def test_the_script_can_be_read(tmp_path):
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed: the script is not read")
    path = tmp_path / "line.mjs"
    path.write_text(line.script(), encoding="utf-8")
    done = subprocess.run([node, "--check", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_empty_line_is_refused():
    with pytest.raises(ValueError, match="text has 0 characters"):
        line.mount("")


def test_a_model_that_does_not_write_is_refused(monkeypatch):
    monkeypatch.setattr(line, "MODEL", "bert-tiny")
    with pytest.raises(ValueError, match="MODEL='bert-tiny' is no causal language model"):
        line.example("Another line")


def test_what_is_said_of_the_model_stands_on_its_card():
    facts = card(line.MODEL)
    said = line.about()
    assert f"`{line.MODEL}`" in said
    assert (
        f"{facts['n_parameters']:,} parameters" in said and f"{facts['n_tokens']:,} tokens" in said
    )
