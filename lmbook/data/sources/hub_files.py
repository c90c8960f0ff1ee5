"""Files of the Hugging Face hub: fetched whole, checked, and kept.

A file lies at ``{hub}/datasets/{repository}/resolve/{revision}/{file}``, where ``revision`` is a
commit or a branch. The hub answers with the file or sends the client on to where it is stored.
Its answer states a checksum, as ``X-Linked-ETag`` or ``ETag``: SHA-256 for large files, for small
ones the SHA-1 by which Git names them.

This layout was checked in the hub's documentation and in the source of its client,
``huggingface_hub``. The tests imitate it on a local server.
"""

import hashlib
import os
import re

from lmbook.data.sources.downloads import cached, receive, store
from lmbook.data.sources.packages import DataError, cache_dir, is_offline

_HUB = "https://huggingface.co"
_CHECKSUM = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")  # SHA-256 or SHA-1


def read_hub_file(repository: str, revision: str, file: str) -> bytes:
    """Return a file of a data set, from the cache if it is whole there, else from the hub.

    The cache is ``$LMBOOK_HOME/hub``; its checksum is verified every time, and a damaged file is
    fetched once more. The hub is that of ``HF_ENDPOINT``. ``LMBOOK_OFFLINE=1`` and
    ``HF_HUB_OFFLINE=1`` forbid asking it.

    Raises ``DataError`` if the file is neither in the cache nor to be had.
    """
    path = cache_dir() / "hub" / repository.replace("/", "--") / revision / file
    content, state = cached(path)
    if content is not None:
        return content
    offline = _offline()
    if offline:
        raise DataError(
            f"{path} {state}, and {offline} forbids fetching it. Unset {offline} and try again "
            "with a network connection."
        )
    hub = (os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
    url = f"{hub}/datasets/{repository}/resolve/{revision}/{file}"
    content, stated = receive(url, " and HF_ENDPOINT")
    _verify(url, content, stated)
    store(path, content)
    return content


def _offline() -> str | None:
    """The variable that forbids the network, read as the owner of each variable reads it."""
    if is_offline():
        return "LMBOOK_OFFLINE"
    is_on = os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")
    return "HF_HUB_OFFLINE" if is_on else None


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
