"""A model of the hub where it can be had, else the stand-in; a server of our own plays the hub."""

import http.server
import shutil
import socket
import threading
import time

import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.zoo import checkpoints
from lmbook.zoo import resolve as module
from lmbook.zoo.resolve import resolve

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKENIZER = BPETokenizer.train(["to be or not to be"], 262)
VARIABLES = (
    "HF_HUB_OFFLINE", "LMBOOK_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME",
    "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A zoo of two models: one that transformers loads, one in the book's own form."""
    zoo = tmp_path_factory.mktemp("zoo")
    size = TOKENIZER.vocab_size
    gpt = GPT(
        GPTConfig(
            vocab_size=size, n_positions=8, d_model=8, n_layers=1, n_heads=2, d_ff=8, start_id=0
        )
    )
    checkpoints.save_published_folder(zoo / "gpt-tiny", gpt, TOKENIZER, {"name": "gpt-tiny"})
    lstm = RecurrentLM(RecurrentConfig(vocab_size=size, d_model=4, d_hidden=4, start_id=0))
    checkpoints.save_folder(zoo / "lstm-tiny", lstm, TOKENIZER, {"name": "lstm-tiny"})
    return zoo


@pytest.fixture(autouse=True)
def zoo(made, tmp_path, monkeypatch):
    """A copy of it, an empty cache of the hub, and no memory of silent hubs."""
    shutil.copytree(made, tmp_path / "zoo")
    monkeypatch.setattr(checkpoints, "_ZOO", tmp_path / "zoo")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(module, "_silent", {})
    return tmp_path / "zoo"


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers with the status that its server was told."""

    def do_HEAD(self):
        self.server.asked.append(self.path)
        if self.server.status is None:
            self.wfile.write(b"not HTTP at all\r\n\r\n")
            return
        moved = self.server.status == 307 and not self.path.startswith("/moved")
        self.send_response(self.server.status if moved or self.server.status != 307 else 200)
        if moved:
            self.send_header("Location", "/moved/config.json")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.status, server.asked = 200, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def unreachable(monkeypatch):
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    return f"http://127.0.0.1:{port}"


def cache(folder, hub_id="gpt2"):
    """A whole model in the hub's cache, as the hub's client lays it out."""
    model = folder / "home" / "hub" / f"models--{hub_id.replace('/', '--')}"
    snapshot = model / "snapshots" / COMMIT
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text(COMMIT)
    (model / "blobs").mkdir()
    shutil.copytree(folder / "zoo" / "gpt-tiny", snapshot)
    return snapshot


def test_the_hub_is_used_if_it_answers(hub, capsys):
    assert resolve("gpt2", "gpt-tiny") == "gpt2"
    assert hub.asked == ["/gpt2/resolve/main/config.json"]
    endpoint = f"http://127.0.0.1:{hub.server_port}"
    assert capsys.readouterr().out == f"gpt2: using it ({endpoint} has it)\n"


def test_a_redirection_is_followed(hub):
    hub.status = 307
    assert resolve("openai-community/gpt2", "gpt-tiny") == "openai-community/gpt2"
    assert hub.asked == [
        "/openai-community/gpt2/resolve/main/config.json", "/moved/config.json",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_model_that_the_hub_lacks_is_replaced(hub, zoo, capsys, status):
    hub.status = status
    assert resolve("gpt3", "gpt-tiny") == str(zoo / "gpt-tiny")
    line = capsys.readouterr().out
    assert line.startswith("gpt3: using our gpt-tiny instead (it is not in the local cache, and ")
    assert line.endswith(f"has no public model of this name (HTTP {status}))\n")
    hub.status = 200  # the hub answered, so it is asked again
    assert resolve("gpt2", "gpt-tiny") == "gpt2"


@pytest.mark.parametrize("status", [429, 503])
def test_a_hub_in_trouble_is_left_alone(hub, zoo, capsys, status):
    hub.status = status
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    assert f"answers HTTP {status})" in capsys.readouterr().out


def test_an_unreachable_hub_is_asked_once(unreachable, zoo, capsys, monkeypatch):
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    first = capsys.readouterr().out
    assert f"{unreachable} cannot be reached (" in first and first.count("\n") == 1

    def fail(*_, **__):
        raise AssertionError("the hub was asked again")

    monkeypatch.setattr(module, "_head", fail)
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    assert capsys.readouterr().out == first


def test_a_hub_that_never_answers_costs_no_more_than_the_limit(zoo, capsys, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    with socket.socket() as silent:  # takes calls and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
        assert time.monotonic() - began < 2  # without a limit it would be minutes
    assert "cannot be reached (" in capsys.readouterr().out


def test_a_search_for_the_address_that_never_ends_costs_no_more(zoo, capsys, monkeypatch):
    """No timeout of a socket covers it."""
    over = threading.Event()
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    monkeypatch.setattr(module, "_head", lambda url: (over.wait(60), (None, ""))[1])
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    over.set()
    assert "cannot be reached (no answer within 0.2 s)" in capsys.readouterr().out


def test_an_answer_that_is_not_http_is_none(hub, zoo, capsys):
    hub.status = None
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    assert "cannot be reached (" in capsys.readouterr().out


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "LMBOOK_OFFLINE"])
@pytest.mark.parametrize("value", ["1", "true"])
def test_offline_the_hub_is_not_asked(hub, zoo, capsys, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    assert hub.asked == []
    assert capsys.readouterr().out == (
        f"gpt2: using our gpt-tiny instead (it is not in the local cache, and {variable} is set)\n"
    )


def test_a_variable_that_is_off_is_off(hub, monkeypatch):
    monkeypatch.setenv("LMBOOK_OFFLINE", "0")
    assert resolve("gpt2", "gpt-tiny") == "gpt2"


def test_offline_a_cached_model_keeps_its_name(hub, tmp_path, capsys, monkeypatch):
    cache(tmp_path, "openai-community/gpt2")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert resolve("openai-community/gpt2", "gpt-tiny") == "openai-community/gpt2"
    assert hub.asked == []
    assert "using it (it is in the local cache, and HF_HUB_OFFLINE is set)" in (
        capsys.readouterr().out
    )


def test_without_a_hub_a_cached_model_is_named_by_its_folder(unreachable, tmp_path, capsys):
    """By its name, transformers would ask the hub for each file, again and again."""
    snapshot = cache(tmp_path)
    assert resolve("gpt2", "gpt-tiny") == str(snapshot)
    assert "gpt2: using its folder in the local cache (it is in the" in capsys.readouterr().out
    assert len(AutoTokenizer.from_pretrained(snapshot)) == TOKENIZER.vocab_size


def test_our_own_variable_does_not_reach_transformers(hub, tmp_path, monkeypatch):
    snapshot = cache(tmp_path)
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    assert resolve("gpt2", "gpt-tiny") == str(snapshot)
    assert hub.asked == []


def cut(path):
    path.write_bytes(path.read_bytes()[:-10])


def sharded(snapshot, missing):
    (snapshot / "model.safetensors").unlink()
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    text = ", ".join(f'"{name}": "{file}"' for name, file in parts.items())
    (snapshot / "model.safetensors.index.json").write_text(f'{{"weight_map": {{{text}}}}}')
    for name, file in parts.items():
        if name != missing:
            save_file({name: torch.ones(3)}, snapshot / file)


HALF = {
    "weights": (lambda s: (s / "model.safetensors").unlink(), "lacks its weights"),
    "cut": (lambda s: cut(s / "model.safetensors"), "lacks model.safetensors"),
    "empty": (lambda s: (s / "model.safetensors").write_bytes(b""), "lacks model.safetensors"),
    "tokenizer": (lambda s: (s / "tokenizer.json").unlink(), "lacks its tokenizer"),
    "shard": (lambda s: sharded(s, "b"), "lacks model-00002-of-00002.safetensors"),
    "config": (lambda s: (s / "config.json").unlink(), "it is not in the local cache"),
    "dangling": (
        lambda s: (
            (s / "model.safetensors").unlink(),
            (s / "model.safetensors").symlink_to("../../blobs/gone"),
        ),
        "lacks its weights",
    ),
}


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "LMBOOK_OFFLINE"])
@pytest.mark.parametrize("what", HALF)
def test_half_a_model_is_none(zoo, tmp_path, capsys, monkeypatch, what, variable):
    monkeypatch.setenv(variable, "1")
    damage, message = HALF[what]
    damage(cache(tmp_path))
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    assert message in capsys.readouterr().out


def test_a_download_that_broke_off_is_named(zoo, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    snapshot = cache(tmp_path)
    (snapshot / "model.safetensors").unlink()
    (snapshot.parent.parent / "blobs" / "ab12.incomplete").write_bytes(b"half")
    assert resolve("gpt2", "gpt-tiny") == str(zoo / "gpt-tiny")
    assert "the local cache lacks its weights: a download broke off," in capsys.readouterr().out


def test_weights_in_parts_are_whole_if_all_are_there(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    sharded(cache(tmp_path), None)
    assert resolve("gpt2", "gpt-tiny") == "gpt2"


def test_the_cache_is_where_the_hubs_variables_say(tmp_path, monkeypatch):
    cache(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    assert resolve("gpt2", "gpt-tiny") == "gpt2"
    monkeypatch.delenv("HF_HUB_CACHE")
    (tmp_path / "home").rename(tmp_path / "huggingface")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert resolve("gpt2", "gpt-tiny") == "gpt2"


def test_the_stand_in_is_one_that_transformers_loads(monkeypatch):
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    folder = resolve("gpt2", "gpt-tiny")
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = AutoTokenizer.from_pretrained(folder)("to be", return_tensors="pt")["input_ids"]
    ours, tokenizer = checkpoints.load_folder(folder)
    assert ids[0].tolist() == tokenizer.encode("to be")
    assert (model(ids).logits - ours(ids)[0]).abs().max() <= 1e-5


def test_an_unknown_stand_in_is_named(zoo, monkeypatch):
    for name in ("bert-huge", "lstm-tiny", ".."):
        with pytest.raises(ValueError, match=rf"stand_in='{name}' is not one of gpt-tiny"):
            resolve("gpt2", name)


def test_a_damaged_stand_in_is_named(zoo, monkeypatch):
    cut(zoo / "gpt-tiny" / "model.safetensors")
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged: it has \d+ bytes"):
        resolve("gpt2", "gpt-tiny")


@pytest.mark.parametrize("hub_id", ["", "a/b/c", "../gpt2", "gpt2?x", "https://example.com/gpt2"])
def test_what_is_no_name_is_refused(hub_id):
    with pytest.raises(ValueError, match="is not of the form 'name' or 'owner/name'"):
        resolve(hub_id, "gpt-tiny")
