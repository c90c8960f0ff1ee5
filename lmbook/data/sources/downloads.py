"""Files that are fetched whole over HTTP and kept, each with a checksum of our own."""

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from lmbook.data.sources.packages import DataError

_SECONDS = 10.0  # how long a server may stay silent, before its answer or within it


def cached(path: Path) -> tuple[bytes | None, str]:
    """The content if it fits the checksum in the first line; and the state of the file in words."""
    try:
        checksum, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None, "does not exist"
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error}. Delete it or set LMBOOK_HOME.") from error
    return (content, "is whole") if checksum == _sha256(content) else (None, "is damaged")


def store(path: Path, content: bytes) -> None:
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


def receive(url: str, setting: str = "") -> tuple[bytes, str | None]:
    """A file's content, and the checksum that the server states for it, if it does.

    ``setting`` names what else to check beside the network. Raises ``DataError`` if the file cannot
    be had whole.
    """
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
            f"connection{setting}, then try again."
        ) from error
    return content, redirections.stated or own


def _refusal(url: str, status: int) -> str:
    if status in (401, 403, 404, 410):
        return f"{url} is not published, or not to everybody (HTTP {status}). Update lmbook."
    return f"{url} cannot be had now (HTTP {status}). Try again later."
