"""Kernels by ``fork`` behave as kernels do, with less to import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
SERVE = """
import sys
from tools.kernels import server
server.IMPORTED = ("ipykernel.kernelapp", "matplotlib.pyplot", "no.such.module")
sys.exit(server.main(sys.argv[1:]))
"""
# What the command does with its kernels: one JSON line for each.
COMMAND = """
import json, os, socket, sys, time
from jupyter_client.manager import start_new_kernel

def ask(client, code):
    said = []
    client.execute_interactive(code, timeout=60, allow_stdin=False, output_hook=said.append)
    return "".join(m["content"].get("text", "") for m in said), said

def say(**what):
    with open(sys.argv[2], "a") as file:
        print(json.dumps(what), file=file)

with open(os.environ["JUPYTER_PATH"].split(os.pathsep)[0] + "/kernels/python3/kernel.json") as file:
    address = json.load(file)["argv"][-3]
with socket.socket(socket.AF_UNIX) as gone:
    gone.connect(address)  # and ends without having asked for anything
os.environ["MARK"] = "of the command"
given = {"cwd": sys.argv[1], "extra_arguments": ["--HistoryManager.hist_file=:memory:"]}
manager, client = start_new_kernel(kernel_name="python3", **given)
text, _ = ask(client, '''
import os, sys
early = {"matplotlib.pyplot", "tools.kernels.server"} & set(sys.modules)
history = get_ipython().history_manager.hist_file
print(os.getcwd(), os.environ["MARK"], __name__, "" in sys.path, sorted(early), history, sep="|")
''')
say(text=text.strip())
_, said = ask(client, "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()")
say(kinds=sorted(kind for m in said for kind in m["content"].get("data", ())))
_, said = ask(client, "print(1); print(2)")
say(streams="".join(m["content"]["text"] for m in said if m["msg_type"] == "stream"))
draw = "import numpy as np; print(np.random.random())"
other, other_client = start_new_kernel(kernel_name="python3")
say(draws=[ask(client, draw)[0], ask(other_client, draw)[0]])
pid, _ = ask(client, "print(os.getpid())")
client.execute("import time; time.sleep(600)")
time.sleep(1)
manager.interrupt_kernel()
say(interrupted=client.get_shell_msg(timeout=60)["content"]["ename"])
other_client.execute("import os; os._exit(3)")
while other.is_alive():
    time.sleep(0.05)
say(status=other.provisioner.process.returncode)
manager.provisioner.process.kill()
while os.path.exists(f"/proc/{int(pid)}"):
    time.sleep(0.05)
say(killed=True)
left, left_client = start_new_kernel(kernel_name="python3")
say(left=int(ask(left_client, "import os; print(os.getpid())")[0]))
os._exit(7)
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """The exit status, and what the command said."""
    folder, report = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("said") / "report"
    words = [sys.executable, "-c", SERVE, sys.executable, "-c", COMMAND, str(folder), str(report)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600)
    said = {"folder": str(folder), "status of the server": done.returncode}
    for line in report.read_text("utf-8").splitlines():
        said |= json.loads(line)
    assert "left" in said, done.stdout + done.stderr
    return said


def test_a_kernel_has_folder_environment_and_arguments_of_its_client(ended):
    folder, mark, name, has_folder, early, history = ended["text"].split("|")
    assert (folder, mark, name) == (ended["folder"], "of the command", "__main__")
    assert has_folder == "True"  # as in a kernel that python -m ipykernel_launcher started
    assert "matplotlib.pyplot" in early and history == ":memory:"


def test_figures_and_text_are_shown(ended):
    assert ended["kinds"] == ["image/png", "text/plain"]
    assert ended["streams"] == "1\n2\n"


def test_no_two_kernels_draw_the_same(ended):
    first, second = ended["draws"]
    assert first != second


def test_a_kernel_is_interrupted_and_its_status_told(ended):
    assert ended["interrupted"] == "KeyboardInterrupt"
    assert ended["status"] == 3


def test_no_kernel_outlives_its_client_or_the_command(ended):
    assert ended["killed"]
    assert not Path(f"/proc/{ended['left']}").exists()
    assert ended["status of the server"] == 7
