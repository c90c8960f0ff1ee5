"""Files of the Hugging Face hub: fetched whole, checked, and kept.

A file lies at ``{hub}/datasets/{repository}/resolve/{revision}/{file}``, where ``revision`` is a
commit or a branch. The hub answers with the file or sends the client on to where it is stored.
Its answer states a checksum, as ``X-Linked-ETag`` or ``ETag``: SHA-256 for large files, for small
ones the SHA-1 by which Git names them.

This layout was checked in the hub's documentation and in the source of its client,
``huggingface_hub``. The tests imitate it on a local server.
"""

import hashlib
import http.client
import os
import re
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from lmbook.data.sources.packages import DataError, cache_dir

_HUB = "https://huggingface.co"
_SECONDS = 10.0  # how long the hub may stay silent, before its answer or within it
_CHECKSUM = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")  # SHA-256 or SHA-1


def read_hub_file(repository: str, revision: str, file: str) -> bytes:
    """Return a file of a data set, from the cache if it is whole there, else from the hub.

    The cache is ``$LMBOOK_HOME/hub``; its checksum is verified every time, and a damaged file is
    fetched once more. The hub is that of ``HF_ENDPOINT``. ``LMBOOK_OFFLINE=1`` and
    ``HF_HUB_OFFLINE=1`` forbid asking it.

    Raises ``DataError`` if the file is neither in the cache nor to be had.
    """
    path = cache_dir() / "hub" / repository.replace("/", "--") / revision / file
    cached, state = _cached(path)
    if cached is not None:
        return cached
    offline = _offline()
    if offline:
        raise DataError(
            f"{path} {state}, and {offline} forbids fetching it. Unset {offline} and try again "
            "with a network connection."
        )
    hub = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
    content = _fetch(f"{hub}/datasets/{repository}/resolve/{revision}/{file}")
    _store(path, content)
    return content


def _offline() -> str | None:
    """The variable that forbids the network, read as the owner of each variable reads it."""
    if os.environ.get("LMBOOK_OFFLINE", "") not in ("", "0"):
        return "LMBOOK_OFFLINE"
    is_on = os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
    return "HF_HUB_OFFLINE" if is_on else None


def _cached(path: Path) -> tuple[bytes | None, str]:
    """The content if it fits the checksum in the first line; and the state of the file in words."""
    try:
        checksum, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None, "does not exist"
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error}. Delete it or set LMBOOK_HOME.") from error
    return (content, "is whole") if checksum == _sha256(content) else (None, "is damaged")


def _store(path: Path, content: bytes) -> None:
    """Write beside the destination, then rename: a reader never sees half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # in the same folder: a rename is atomic only within one file system
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=path.parent) as folder:
            partial = Path(folder) / path.name
            partial.write_bytes(_sha256(content) + b"\n" + content)
            os.replace(partial, path)
    except OSError as error:
        raise DataError(
            f"Cannot write {path}: {error}. Set LMBOOK_HOME to a folder that you can write to."
        ) from error


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode("ascii")


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Follows redirections, and keeps the checksum that the hub states on the way."""

    stated: str | None = None

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        """The request that comes next."""
        self.stated = self.stated or headers.get("X-Linked-ETag")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(url: str) -> bytes:
    redirections = _Redirections()
    headers = {"User-Agent": "lmbook", "Accept-Encoding": "identity"}
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.build_opener(redirections).open(request, timeout=_SECONDS) as response:
            content = response.read()
            own = response.headers.get("X-Linked-ETag") or response.headers.get("ETag")
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(_refusal(url, error.code)) from error
    except http.client.IncompleteRead as error:
        raise DataError(
            f"{url} broke off after {len(error.partial):,} bytes. Nothing was kept. Try again."
        ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:  # URLError is an OSError
        raise DataError(
            f"{url} gives no answer ({getattr(error, 'reason', error)}). Check the network "
            "connection and HF_ENDPOINT, then try again."
        ) from error
    _verify(url, content, redirections.stated or own)
    return content


def _refusal(url: str, status: int) -> str:
    if status in (401, 403, 404, 410):
        return f"{url} is not published, or not to everybody (HTTP {status}). Update lmbook."
    return f"{url} cannot be had now (HTTP {status}). Try again later."


def _verify(url: str, content: bytes, stated: str | None) -> None:
    checksum = (stated or "").removeprefix("W/").strip('"')
    if not _CHECKSUM.fullmatch(checksum):
        raise DataError(f"{url} comes without a checksum. Check what HF_ENDPOINT points to.")
    if len(checksum) == 64:
        found = hashlib.sha256(content).hexdigest()
    else:  # how Git names a file
        git = b"blob %d\0" % len(content) + content
        found = hashlib.sha1(git, usedforsecurity=False).hexdigest()
    if found != checksum:
        raise DataError(
            f"{url} has the checksum {found}, not {checksum} as the hub states. Nothing was kept. "
            "Try again."
        )
