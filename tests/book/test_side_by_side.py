"""Targets run side by side: in order, after what they need, and a failure starts nothing new."""

import stat
import sys

import pytest

from tools import side_by_side
from tools.side_by_side import Done, parse, run_all, table

MAKE = f"""#!{sys.executable}
import pathlib, sys, time
name = sys.argv[1]
here = pathlib.Path(__file__).parent
(here / (name + ".began")).touch()
if name.startswith("pair"):
    other = here / ("pair" + "21"[int(name[4]) - 1] + ".began")
    end = time.monotonic() + 60
    while not other.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert other.exists()
if name.startswith("needs-"):
    assert (here / (name[6:] + ".ended")).exists()
print("out of", name)
print("error of", name, file=sys.stderr)
(here / (name + ".ended")).touch()
sys.exit(3 if name == "bad" else 0)
"""


@pytest.fixture
def make(tmp_path):
    """A stand-in for make; its targets leave files behind."""
    path = tmp_path / "make"
    path.write_text(MAKE)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def run(words, make, at_once=2):
    return run_all(parse(words.split()), at_once, [make])


def test_two_run_at_the_same_time(make):
    assert [done.status for done in run("pair1 pair2", make)] == [0, 0]


def test_a_target_waits_for_those_that_it_needs(make):
    ended = run("a b needs-a:a needs-b:b,a", make)
    assert [done.status for done in ended] == [0] * 4
    assert sum(done.cpu for done in ended) > 0 and all(done.seconds > 0 for done in ended)


def test_one_at_a_time_keeps_the_order(make):
    assert [done.name for done in run("b a c", make, at_once=1)] == ["b", "a", "c"]


def test_after_a_failure_nothing_new_starts(make, tmp_path):
    ended = run("bad a b", make, at_once=1)
    assert [(done.name, done.status) for done in ended] == [("bad", 3)]
    assert not (tmp_path / "a.began").exists()


def test_every_line_names_its_target_and_a_failure_is_shown_again(make, capsys):
    assert side_by_side.main(["bad", "a", "--at-once", "1", "--make", make]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert f"{'bad':18}| out of bad" in shown and f"{'bad':18}| error of bad" in shown
    last = shown[shown.index("=== make bad FAILED") :]
    assert {"out of bad", "error of bad"} <= set(last)
    assert last[-1] == "=== failed: bad"
    assert side_by_side.main(["a", "--make", make]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "=== all passed"


def test_the_table_has_a_row_for_each_and_one_for_all():
    ended = [Done("unit", 0, [], 60.4, 110.6), Done("book", 0, [], 70.0, 30.0)]
    assert [row.split() for row in table(ended, 90.0)] == [
        ["===", "seconds", "passed", "of", "CPU"],
        ["unit", "60", "111"],
        ["book", "70", "30"],
        ["together", "90", "141"],
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [("a a", "'a' is given twice"), ("b:a a", r"'b' waits for \['a'\], not given before it")],
)
def test_what_cannot_be_run_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        parse(words.split())
