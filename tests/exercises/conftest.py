"""With ``-n 2``, one worker runs every test about an exercise, and every other test of a file."""

import re

import pytest


def exercise_of(nodeid: str) -> str:
    """The number of the exercise that a test is about; its file if it is about none.

    A file's tests share what they grade, which would otherwise be graded by each worker.
    """
    number = re.search(r"\[(\d+)-", nodeid)
    return number[1] if number else nodeid.split("::")[0]


# The scheduler of --dist loadgroup would do, but its marks have no effect with pytest 9.2.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByExercise(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return exercise_of(nodeid)

    return ByExercise(config, log)
