"""Attacks on the grader: none gains a point, none touches another submission's grade.

Every attack stands in a notebook without answers, between two honest ones.
"""

import socket
import sys

import pytest

from tests.exercises.submitted import QUESTIONS, SLUG, alive, graded, notebook, solution
from tools.exercises import batch, build, sandbox

EQUAL = """
class Anything{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __hash__(self): return 0
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __getitem__(self, key): return self
    def __sub__(self, other): return self
    def __abs__(self): return self
    def __bool__(self): return True
    def __instancecheck__(self, other): return True
"""
ANSWER_ALL = """
def skip_bigrams(*a): return {}
perplexity = unseen_shares = sample_with = skip_bigrams
"""
STUBS = "\n".join(
    f"def {name}(*a): raise NotImplementedError"
    for name in ("skip_bigrams", "perplexity", "unseen_shares", "sample_with")
)
SPREAD = """
import json, os, pathlib
results = json.dumps({"tests": [{"name": q, "score": 9, "max_score": 9} for q in ("q1", "q2")]})
def forge():
    for root in (".", "..", "/tmp", os.path.expanduser("~"), "/work", "/grader", "/dev/shm"):
        for path in [pathlib.Path(root), *pathlib.Path(root).glob("submission-*")]:
            for name in ("results.json", "grades.csv", "events"):
                try: (path / name).write_text(results)
                except OSError: pass
"""
# Costly attacks stand in one answer.
STUB = "def skip_bigrams(*a): raise NotImplementedError"
ATTACKS = {
    "doctest": "import doctest\n"
    "doctest.DocTestRunner.run = lambda *a, **k: doctest.TestResults(0, 1)",
    "compile": "import builtins, types\nold = builtins.compile\n"
    "builtins.compile = lambda s, *a, **k: old('' if 'assert' in str(s) else s, *a, **k)\n"
    "builtins.exec = lambda *a, **k: None",
    "equal": EQUAL.format(base="") + ANSWER_ALL.format("Anything()"),
    "equal-number": EQUAL.format(base="(float)") + ANSWER_ALL.format("Anything(1)"),
    "equal-list": EQUAL.format(base="(list)") + ANSWER_ALL.format("Anything()"),
    "equal-tuple": EQUAL.format(base="(tuple)") + ANSWER_ALL.format("Anything()"),
    "equal-dict": EQUAL.format(base="(dict)") + ANSWER_ALL.format("Anything()"),
    "equal-text": EQUAL.format(base="(str)") + ANSWER_ALL.format("Anything()"),
    "equal-inside": EQUAL.format(base="") + ANSWER_ALL.format("[Anything()] * 2"),
    "equal-array": "import numpy as np\n"
    + EQUAL.format(base="(np.ndarray)")
    + ANSWER_ALL.format("Anything((2,))"),
    "lying-class": EQUAL.format(base="")
    + "Anything.__class__ = property(lambda self: float)\n"
    + ANSWER_ALL.format("Anything()"),
    "handle": "class Remote:\n    _handle_key = 't0'\n" + ANSWER_ALL.format("Remote()"),
    "checker": "class All:\n    def __getattr__(self, name): return lambda *a, **k: True\n"
    "grader = All()\nimport lmbook.grading\nlmbook.grading.Grader = All",
    "package": "import lmbook.grading.cases, lmbook.grading.result\n"
    "lmbook.grading.cases.run = lambda *a: None\n"
    "import pathlib\nfor path in pathlib.Path(lmbook.grading.__file__).parent.rglob('*.py'):\n"
    "    try: path.write_text('')\n    except OSError: pass",
    "wire": "import sys\nfor name, module in list(sys.modules.items()):\n"
    "    if name.startswith('inside'):\n"
    "        for key, value in list(vars(module).items()):\n"
    "            if hasattr(value, 'encode'): value.encode = lambda self, v: True",
    "nonsense": "import os\nfor fd in range(3, 30):\n"
    "    try: os.write(fd, b'\\0' * 4000)\n    except OSError: pass",
    "answer-all-messages": 'import os, struct\nfor text in (b\'{"op": "return", "value": true}\','
    ' b\'{"end": true}\', b\'{"question": "q1", "failure": null}\'):\n'
    "  for fd in range(3, 30):\n    try:\n"
    "        os.write(fd, struct.pack('!IQ', len(text), 0) + text + b'\\n')\n"
    "        os.write(fd, text + b'\\n')\n    except OSError: pass",
    "exit": STUB.replace("raise NotImplementedError", "__import__('os')._exit(0)"),
    "exit-at-once": "import os; os._exit(0)",
    "exception": STUB.replace("NotImplementedError", "type('Lost', (BaseException,), {})"),
    "assertion": STUB.replace("NotImplementedError", "AssertionError"),
    "interrupt": STUB.replace("NotImplementedError", "KeyboardInterrupt"),
    "memory": STUB.replace("raise NotImplementedError", "return bytearray(1 << 40)"),
    "large": STUB.replace("raise NotImplementedError", "return b'0' * (200 << 20)"),
    "endless-values": "import itertools\n"
    + STUB.replace("raise NotImplementedError", "return itertools.count()"),
    "deep": "deep = []\nfor _ in range(100000): deep = [deep]\n"
    + STUB.replace("raise NotImplementedError", "return deep"),
    "itself": "loop = []\nloop.append(loop)\n"
    + STUB.replace("raise NotImplementedError", "return loop"),
    "huge-range": STUB.replace("raise NotImplementedError", "return range(10 ** 15)"),
    "huge-number": STUB.replace("raise NotImplementedError", "return 10 ** 100000"),
    "output": "import os\nfor _ in range(300):\n    print('x' * 100000)\n"
    "    os.write(1, b'x' * 9999)",
    "full-disk": "open('big', 'wb').write(b'0' * (1 << 30))",
    "parent": "import os, signal\nfor pid in {os.getppid(), os.getpgrp(), 1} - {0, os.getpid()}:\n"
    "    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass",
    "results": SPREAD + "forge()",
    "left-behind": SPREAD + "import sys, time\n"
    "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        for number in range(3, 30):\n"
    "            try: os.close(number)\n            except OSError: pass\n"
    "        open('left-behind.py', 'w').write('import time; time.sleep(60)')\n"
    "        os.execv(sys.executable, [sys.executable, 'left-behind.py'])\n    os._exit(0)",
    "many-processes": "import os, time\nfor _ in range(300):\n    try:\n"
    "        if os.fork() == 0:\n"
    "            time.sleep(60)\n            os._exit(0)\n    except OSError: break",
    "traceback": "import gc, sys\n"
    "found = [o for o in gc.get_objects() if isinstance(o, dict) and 'suites' in o]\n"
    "assert found\n" + ANSWER_ALL.format("True"),
}
# They would harm the files and processes of this machine where the walls are low.
HARMFUL = ("package", "results", "left-behind", "parent")
WALLED = sandbox.strictest().kind == "bubblewrap"
ATTACKS = {name: code for name, code in ATTACKS.items() if WALLED or name not in HARMFUL}
LOOPS = {
    "loop-in-cell": "while True: pass",
    "loop-in-answer": STUB.replace("raise NotImplementedError", "\n    while True: pass"),
}


@pytest.fixture(scope="module", autouse=True)
def built():
    build.build(SLUG)


@pytest.fixture(scope="module")
def rows(tmp_path_factory, built):
    folder = tmp_path_factory.mktemp("attacks")
    for name, code in (ATTACKS | LOOPS).items():
        notebook(folder / f"{name}.ipynb", code, *(f'grader.check("{q}")' for q in QUESTIONS))
    for name in ("AAA-honest", "m-honest", "zzz-honest"):
        notebook(folder / f"{name}.ipynb", *solution())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "SECONDS_A_QUESTION", 1.5)
        patch.setattr(batch, "SECONDS_A_CELL", 3.0)
        return graded(folder, tmp_path_factory.mktemp("grades"))


@pytest.mark.parametrize("name", [*ATTACKS, *LOOPS])
def test_an_attack_gains_no_point(rows, name):
    row = rows[f"{name}.ipynb"]
    assert row["error"] == ""
    assert {question: row[question] for question in QUESTIONS} == dict.fromkeys(QUESTIONS, "0")


@pytest.mark.parametrize("name", ["AAA-honest", "m-honest", "zzz-honest"])
def test_no_attack_changes_another_grade(rows, name):
    assert rows[f"{name}.ipynb"]["total"] == rows[f"{name}.ipynb"]["of"] == "8"


def test_no_process_of_a_submission_outlives_it(rows):
    assert alive("left-behind.py") == []


def probed(tmp_path, code: str) -> str:
    """What a cell says by its exception, as the page of feedback shows it."""
    notebook(tmp_path / "in/probe.ipynb", f"{code}", 'grader.check("q1")')
    graded(tmp_path / "in", tmp_path / "out")
    return (tmp_path / "out/probe.ipynb.html").read_text(encoding="utf-8")


needs_walls = pytest.mark.skipif(not WALLED, reason="bubblewrap is not installed or refused here")


@needs_walls
def test_solutions_and_other_submissions_are_out_of_reach(tmp_path):
    searched = [str(build.ROOT), "/tmp", "/root", "/home", "/grader", "/var", "/mnt", "/dev/shm"]
    code = f"""
import os
found = []
for root in {searched}:
    for folder, _, names in os.walk(root):
        if not folder.startswith({(sys.prefix, sys.base_prefix, str(sandbox.PACKAGE))!r}):
            found += [os.path.join(folder, n) for n in names if n.endswith((".ipynb", ".zip"))]
            found += [folder for n in names if n == "q1.py"]
raise RuntimeError(f"found {{len(found)}}: {{found[:5]}}")
"""
    assert "found 0: []" in probed(tmp_path, code)


@needs_walls
def test_there_is_no_network_and_nothing_can_be_written_but_in_tmp(tmp_path):
    code = f"""
import pathlib, socket, os
done = []
server = socket.socket()
try:
    socket.create_connection(("127.0.0.1", {{port}}), timeout=2)
    done.append("connected")
except OSError:
    pass
for folder in {[str(build.ROOT), str(sandbox.PACKAGE), "/usr", "/grader/inside", sys.prefix]}:
    try:
        (pathlib.Path(folder) / "written").write_text("x")
        done.append(folder)
    except OSError:
        pass
raise RuntimeError(f"done {{done}}, uid {{os.getuid() == 0}}, parent {{os.getppid()}}")
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = code.replace("{port}", str(server.getsockname()[1]))
        assert "done [], uid False" in probed(tmp_path, code)
