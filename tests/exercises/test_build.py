"""Building an exercise: what is finished takes its place, also where two build the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.exercises.submitted import SLUG
from tools.exercises import build


def made(folder: Path, text: str) -> Path:
    out = folder / "out"
    out.mkdir(parents=True)
    (out / "stamp").write_text(text)
    return out


def test_a_finished_folder_takes_the_place_of_an_older_one(tmp_path):
    for text in ("old", "new"):
        build._publish(made(tmp_path / text, text), tmp_path / SLUG)
    assert (tmp_path / SLUG / "stamp").read_text() == "new"
    assert not (tmp_path / "new/out").exists()


def test_of_two_that_finish_at_once_one_stays(tmp_path, monkeypatch):
    first = Path.rename

    def rename(self, target):
        if self.name == "out":  # another process is a moment earlier
            made(tmp_path / "other", "other")
            first(tmp_path / "other/out", tmp_path / SLUG)
        return first(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    build._publish(made(tmp_path / "mine", "mine"), tmp_path / SLUG)
    assert (tmp_path / SLUG / "stamp").read_text() == "other"


def test_a_folder_that_cannot_be_put_in_place_is_an_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        build._publish(made(tmp_path / "mine", "mine"), tmp_path / "missing" / SLUG)


def test_an_exercise_is_built_by_several_at_once_and_only_where_its_master_changed(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(build, "BUILT", tmp_path)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(build.build, [SLUG, SLUG]))
    assert {path.name for path in tmp_path.iterdir()} == {SLUG}
    before = (tmp_path / SLUG / "stamp").stat().st_mtime_ns
    build.build(SLUG)
    assert (tmp_path / SLUG / "stamp").stat().st_mtime_ns == before
    monkeypatch.setattr(build, "digest", lambda slug: "another")
    build.build(SLUG)
    assert (tmp_path / SLUG / "stamp").read_text() == "another"
