"""Programs of a toolkit: where they run, on how many threads, and what they say if they fail."""

import sys

import pytest

from tools.toolkits.environments import ToolkitError
from tools.toolkits.launch import execute, launch


def test_a_program_runs_in_its_folder_on_one_thread_and_asks_no_hub(tmp_path):
    names = ["OMP_NUM_THREADS", "HF_HUB_OFFLINE", "MINE"]
    code = f"import os; print(os.getcwd(), *map(os.environ.get, {names}))"
    done = execute([sys.executable, "-c", code], "test", tmp_path, {"MINE": "yes"})
    assert done.stdout.split() == [str(tmp_path.resolve()), "1", "1", "yes"]


def test_the_time_is_that_of_the_processor_and_not_of_the_clock(tmp_path):
    busy = execute([sys.executable, "-c", "sum(range(6_000_000))"], "test", tmp_path)
    idle = execute([sys.executable, "-c", "import time; time.sleep(1)"], "test", tmp_path)
    assert busy.seconds > idle.seconds
    assert idle.seconds < 1


def test_a_failure_names_the_toolkit_and_the_last_lines(tmp_path):
    code = "import sys; print('first', file=sys.stderr); raise RuntimeError('no such option')"
    with pytest.raises(ToolkitError, match=r"(?s)^eole: `-c .* failed and said:.*no such option$"):
        execute([sys.executable, "-c", code], "eole", tmp_path)


def test_a_missing_toolkit_is_an_error_before_anything_runs(tmp_path):
    with pytest.raises(ToolkitError, match="run `make toolkits NAME=fairseq` first"):
        launch("fairseq", ["train"], folder=tmp_path, environments=tmp_path)
