"""Checks of graded exercises: ``Grader`` (grader.py) and ``CheckResult`` (result.py)."""

from lmbook.grading.grader import Grader
from lmbook.grading.result import CheckResult

__all__ = ["CheckResult", "Grader"]
