"""Sets of the hub; a server of our own, in conftest.py, plays the hub."""

import json
import socket
from pathlib import Path

import pytest

from lmbook.data.sets.hub import load_hub_task
from lmbook.data.sets.tasks import Example, Task, part_of
from lmbook.data.sources import downloads
from lmbook.data.sources.hub_files import read_hub_file
from lmbook.data.sources.packages import DataError

SST2 = "/datasets/SetFit/sst2/resolve/00ea8ccb7a54b4e3780a3e51aa3f80361ff849c0"
AG_NEWS = "/datasets/SetFit/ag_news/resolve/main"
Row = tuple[str, object]


def lines(*rows: Row) -> bytes:
    objects = [{"text": text, "label": label, "label_text": "?"} for text, label in rows]
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects).encode("utf-8")


def publish(hub, folder: str, **rows: list[Row]) -> None:
    hub.files |= {f"{folder}/{stem}.jsonl": lines(*r) for stem, r in rows.items()}


@pytest.fixture
def hub(hub):
    """The hub with a small SST-2, in the usual three files."""
    publish(
        hub,
        SST2,
        train=[("a fine film", 1), ("a dull film", 0)],
        dev=[("fine acting", 1), ("dull acting", 0)],
        test=[("a fine end", 1), ("a dull end", 0)],
    )
    return hub


def kept(home: Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def pairs(examples: list[Example]) -> list[tuple[str, str]]:
    return [(e.text, e.label) for e in examples]


def test_numbers_become_names_and_parts_are_sorted_by_text(hub):
    task = load_hub_task("sst2")
    assert isinstance(task, Task) and task.labels == ("negative", "positive")
    assert pairs(task.train) == [("a dull film", "negative"), ("a fine film", "positive")]
    assert pairs(task.validation) == [("dull acting", "negative"), ("fine acting", "positive")]
    assert pairs(task.test) == [("a dull end", "negative"), ("a fine end", "positive")]
    for word in ("sst2", "not stated", "Socher et al. (2013)", "SetFit/sst2 at 00ea8cc"):
        assert word in repr(task)


def test_a_text_is_in_one_part_and_the_test_stays_as_published(hub):
    publish(
        hub,
        SST2,
        train=[("Seen", 1), ("both", 0), ("Both", 1), ("twice", 0), ("Twice", 0), ("in dev", 1)],
        dev=[("seen", 0), ("in  dev", 1), ("torn", 0), ("torn", 1), ("other", 0)],
        test=[("seen", 1), ("seen", 1), ("end", 0)],
    )
    task = load_hub_task("sst2")
    assert pairs(task.test) == [("end", "negative"), ("seen", "positive"), ("seen", "positive")]
    assert pairs(task.validation) == [("in dev", "positive"), ("other", "negative")]
    assert pairs(task.train) == [("twice", "negative")]


def test_without_a_published_validation_part_a_tenth_of_training_becomes_one(hub):
    train: list[Row] = [(f"News {i}\u2028of\x85today", i % 4) for i in range(400)]
    publish(
        hub, AG_NEWS, train=[*train, ("NEWS 1 of today", 1)], test=[(f"t{i}", i) for i in range(4)]
    )
    task = load_hub_task("ag_news")
    assert task.labels == ("Business", "Sci/Tech", "Sports", "World")
    assert {part_of(e.text.casefold()) for e in task.validation} == {"validation"}
    assert "validation" not in {part_of(e.text.casefold()) for e in task.train}
    assert len(task.train) + len(task.validation) == 400 and 20 <= len(task.validation) <= 60


@pytest.mark.parametrize("behaviour", ["store", "small", "weak"])
def test_large_and_small_files_arrive_and_a_second_call_asks_nobody(hub, home, behaviour):
    hub.behaviour = behaviour
    first = load_hub_task("sst2")
    n_asked = len(hub.asked)
    assert n_asked == (6 if behaviour == "store" else 3)  # the hub and its store, or the hub
    assert load_hub_task("sst2") == first
    assert len(hub.asked) == n_asked
    assert kept(home) == ["dev.jsonl", "test.jsonl", "train.jsonl"]


BAD_DAYS = {
    "404": "not published.*HTTP 404.*Update lmbook",
    "401": "not published, or not to everybody.*HTTP 401",
    "429": "cannot be had now.*HTTP 429.*Try again later",
    "500": "cannot be had now.*HTTP 500.*Try again later",
    "silent": "gives no answer.*timed out.*Check the network connection",
    "cut": "broke off after [0-9]+ bytes. Nothing was kept",
    "cut without a length": "has the checksum [0-9a-f]{40}, not .*Nothing was kept",
    "wrong checksum": "not 0{40} as the hub states",
    "no checksum": "comes without a checksum.*HF_ENDPOINT",
}


@pytest.mark.parametrize("behaviour", BAD_DAYS)
def test_a_bad_day_leaves_nothing_and_names_what_needs_no_hub(hub, home, monkeypatch, behaviour):
    monkeypatch.setattr(downloads, "_SECONDS", 0.2)
    hub.behaviour = behaviour
    with pytest.raises(DataError, match=f"(?s)^sst2: .*{BAD_DAYS[behaviour]}") as caught:
        load_hub_task("sst2")
    assert str(caught.value).endswith("use load_task('movie-snippets') of lmbook.data.sets.tasks.")
    assert not isinstance(caught.value.__cause__, DataError)  # one error of ours, not a chain
    assert kept(home) == []
    monkeypatch.setattr(downloads, "_SECONDS", 10.0)
    hub.behaviour = "store"
    assert load_hub_task("sst2").train


def test_a_hub_where_nobody_listens_is_named(home, monkeypatch):
    with socket.socket() as held:  # bound but not listening: it refuses
        held.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{held.getsockname()[1]}")
        with pytest.raises(DataError, match="127.0.0.1.*gives no answer.*load_task"):
            load_hub_task("sst2")


def test_an_endpoint_that_is_no_address_is_named(home, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "a mirror")
    with pytest.raises(DataError, match="a mirror/datasets.*Check.*HF_ENDPOINT"):
        load_hub_task("sst2")


@pytest.mark.parametrize("variable", ["LMBOOK_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_only_the_cache_is_read(hub, monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    with pytest.raises(DataError, match=f"train.jsonl does not exist, and {variable} forbids"):
        load_hub_task("sst2")
    assert hub.asked == []
    monkeypatch.setenv(variable, "0")
    online = load_hub_task("sst2")
    monkeypatch.setenv(variable, "1")
    hub.asked.clear()
    assert load_hub_task("sst2") == online and hub.asked == []


@pytest.mark.parametrize("damage", [b"", b"damaged", None])
def test_a_damaged_cache_is_named_offline_and_mended_online(hub, home, monkeypatch, damage):
    before = load_hub_task("sst2")
    (path,) = home.rglob("train.jsonl")
    path.write_bytes(path.read_bytes()[:-1] if damage is None else damage)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DataError, match="train.jsonl is damaged, and HF_HUB_OFFLINE forbids"):
        load_hub_task("sst2")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    hub.asked.clear()
    assert load_hub_task("sst2") == before
    assert hub.asked == [f"{SST2}/train.jsonl", f"/store{SST2}/train.jsonl"]


def test_a_cache_that_cannot_be_written_or_read_names_the_setting(hub, home):
    home.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="Cannot .*LMBOOK_HOME"):
        load_hub_task("sst2")
    home.unlink()
    (home / "hub" / "SetFit--x" / "main" / "f").mkdir(parents=True)
    with pytest.raises(DataError, match="Cannot read .*Delete it or set LMBOOK_HOME"):
        read_hub_file("SetFit/x", "main", "f")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lines(("good", 1), ("hidden", -1)), "train.jsonl, line 2: no label"),
        (lines(("good", 1), ("bare", None)), "train.jsonl, line 2: no label"),
        (b'{"text": "no field"}\n', "train.jsonl, line 1: no label"),
        (lines(("far", 2)), "line 1: label=2 is not one of 0 to 1"),
        (lines(("far", -2)), "line 1: label=-2 is not one of 0 to 1"),
        (lines(("word", "1")), "line 1: label='1' is not one of 0 to 1"),
        (lines(("truth", True)), "line 1: label=True is not one of 0 to 1"),
        (lines((" ", 1)), "line 1: no text"),
        (b'{"label": 1}\n', "line 1: no text"),
        (b"<html>log in</html>\n", "line 1: not a JSON object"),
        (b"[1]\n", "line 1: not a JSON object"),
        (lines(("only", 1)), "train.jsonl holds no example of negative"),
        (b"", "train.jsonl holds no example of negative, positive"),
    ],
)
def test_a_file_that_is_not_as_expected_is_named_with_its_line(hub, content, message):
    hub.files[f"{SST2}/train.jsonl"] = content
    with pytest.raises(DataError, match=f"^sst2: .*{message}.*Update lmbook.*load_task"):
        load_hub_task("sst2")


def test_an_unknown_set_is_answered_with_the_known_ones():
    with pytest.raises(
        ValueError, match="name='cola' is not a known set of the hub: ag_news, imdb"
    ):
        load_hub_task("cola")
