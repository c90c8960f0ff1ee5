"""Published models where they can be had, and our small stand-ins where not.

A chapter that shows the classic call, ``from_pretrained("bert-base-uncased")``, must also run
without a hub: in a train, in a class of thirty behind one door, in ten years.
"""

import http.client
import json
import os
import queue
import re
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

from lmbook.arguments import check_text
from lmbook.zoo.checkpoints import folder_of, is_published, names, read_card

_SECONDS = 3.0  # how long an answer of the hub may take
_HUB = "https://huggingface.co"
_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "tokenizer.model")
_silent: dict[str, str] = {}  # hubs that did not answer this process, and why


def resolve(hub_id: str, stand_in: str) -> str:
    """What to give ``from_pretrained``: ``hub_id``, or a local folder where that would not load.

    If the hub answers within three seconds that it has the model, or if ``HF_HUB_OFFLINE=1`` and
    the local cache holds all of it, that is ``hub_id``. If the cache holds all of it and the hub
    is silent, it is the folder in the cache: by its name, transformers would try for minutes.
    Otherwise it is the folder of ``stand_in``. A hub that did not answer is not asked again by
    this process. The hub is that of ``HF_ENDPOINT``; ``HF_HUB_OFFLINE=1`` or ``LMBOOK_OFFLINE=1``
    leaves it alone. One printed line says what was chosen and why.

    Raises ``ValueError`` for a ``hub_id`` that is no name of a model, or a ``stand_in`` that is
    not a packaged model which transformers can load.
    """
    check_text("hub_id", hub_id)
    check_text("stand_in", stand_in)
    if not _NAME.fullmatch(hub_id):
        raise ValueError(f"hub_id={hub_id!r} is not of the form 'name' or 'owner/name'")
    folder = _stand_in_folder(stand_in)
    snapshot, state = _cache_state(hub_id)
    offline = next((name for name in ("HF_HUB_OFFLINE", "LMBOOK_OFFLINE") if _is_on(name)), None)
    found, answer = (False, f"{offline} is set") if offline else _ask_hub(hub_id)
    if found:
        chosen, what = hub_id, "using it"
    elif snapshot is None:
        chosen, what = str(folder), f"using our {stand_in} instead"
    elif offline == "HF_HUB_OFFLINE":
        chosen, what = hub_id, "using it"
    else:
        chosen, what = str(snapshot), "using its folder in the local cache"
    reason = answer if found else f"{state}, and {answer}"
    sys.stdout.write(f"{hub_id}: {what} ({reason})\n")
    return chosen


def _stand_in_folder(name: str) -> Path:
    known = [known for known in names() if is_published(folder_of(known))]
    if name not in known:
        raise ValueError(f"stand_in={name!r} is not one of {', '.join(known) or 'no models'}")
    folder = folder_of(name)
    read_card(folder)  # a damaged file is named here, not by transformers
    return folder


def _is_on(name: str) -> bool:
    return os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE")


def _cache_state(hub_id: str) -> tuple[Path | None, str]:
    """The model's folder in the hub's cache, if all is there; and in words what is there."""
    folder = _cache_folder() / f"models--{hub_id.replace('/', '--')}"
    try:
        commit = (folder / "refs" / "main").read_text(encoding="utf-8").strip()
        snapshot = folder / "snapshots" / commit
        json.loads((snapshot / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None, "it is not in the local cache"
    missing = _missing_weights(snapshot)
    if missing is None and not any(_is_whole(snapshot / name) for name in _TOKENIZERS):
        missing = "its tokenizer"
    if missing is None:
        return snapshot, "it is in the local cache"
    # the hub's client keeps what it has of a file under this name until all has come
    half = any(folder.glob("blobs/*.incomplete"))
    return None, f"the local cache lacks {missing}{': a download broke off' if half else ''}"


def _cache_folder() -> Path:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(name):
            return Path(os.environ[name]).expanduser()
    if os.environ.get("HF_HOME"):
        return Path(os.environ["HF_HOME"]).expanduser() / "hub"
    general = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(general).expanduser() / "huggingface" / "hub"


def _missing_weights(snapshot: Path) -> str | None:
    """The first file of weights that is not whole; None if all are."""
    for name in _WEIGHTS:
        if (snapshot / name).is_file():
            return None if _is_whole(snapshot / name) else name
        try:
            index = json.loads((snapshot / f"{name}.index.json").read_text(encoding="utf-8"))
            parts = sorted(set(index["weight_map"].values()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        return next((part for part in parts if not _is_whole(snapshot / part)), None)
    return "its weights"


def _is_whole(path: Path) -> bool:
    """Whether the file is there, and of the length that its own header says if it has one."""
    try:
        size = path.stat().st_size
        if path.suffix != ".safetensors":
            return size > 0
        with path.open("rb") as file:
            n_header = int.from_bytes(file.read(8), "little")
            if not 0 < n_header <= size:
                return False
            header = json.loads(file.read(n_header))
        ends = [part["data_offsets"][1] for name, part in header.items() if name != "__metadata__"]
        return size == 8 + n_header + max(ends, default=0)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False


def _ask_hub(hub_id: str) -> tuple[bool, str]:
    """Whether the hub says that it has the model, and its answer in words."""
    hub = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
    if hub in _silent:
        return False, _silent[hub]
    answers: queue.Queue[tuple[int | None, str]] = queue.Queue()
    # in a thread: no timeout of a socket covers the search for the host's address
    url = f"{hub}/{hub_id}/resolve/main/config.json"
    threading.Thread(target=lambda: answers.put(_head(url)), daemon=True).start()
    try:
        status, reason = answers.get(timeout=_SECONDS)
    except queue.Empty:
        status, reason = None, f"no answer within {_SECONDS:g} s"
    if status is None:
        _silent[hub] = f"{hub} cannot be reached ({reason})"
        return False, _silent[hub]
    if 200 <= status < 300:
        return True, f"{hub} has it"
    if status in (401, 403, 404):
        return False, f"{hub} has no public model of this name (HTTP {status})"
    return False, f"{hub} answers HTTP {status}"


def _head(url: str) -> tuple[int | None, str]:
    """The status of a HEAD request, or None and why there is none."""
    try:
        request = urllib.request.Request(url, method="HEAD", headers={"User-Agent": "lmbook"})
        opener = urllib.request.build_opener(_Redirections)
        with opener.open(request, timeout=_SECONDS) as response:
            return response.status, "OK"
    except urllib.error.HTTPError as error:
        return error.code, str(error.reason)
    except (OSError, ValueError, http.client.HTTPException) as error:  # URLError is an OSError
        return None, str(getattr(error, "reason", error))


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Follows with HEAD again; the standard library's own would fetch the file."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        """The request that comes next."""
        return urllib.request.Request(newurl, method="HEAD", headers=dict(req.headers))
