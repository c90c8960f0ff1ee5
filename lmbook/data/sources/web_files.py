"""Files of the web that state no checksum of their own: fetched once, whole, and kept.

What arrived first is what counts: its SHA-256 is written beside it and verified on every read.
"""

from urllib.parse import urlsplit

from lmbook.data.sources.downloads import cached, receive, store
from lmbook.data.sources.packages import DataError, cache_dir, is_offline


def read_web_file(url: str) -> bytes:
    """Return the file at ``url``, from the cache if it is whole there, else from the network.

    The cache is ``$LMBOOK_HOME/web``. ``LMBOOK_OFFLINE=1`` forbids the network.

    Raises ``ValueError`` for what is no address of a file, and ``DataError`` if the file is neither
    in the cache nor to be had whole.
    """
    parts = urlsplit(url)
    names = [name for name in parts.path.split("/") if name]
    is_plain = not parts.query and ".." not in names  # the cache tells files apart by their paths
    if parts.scheme not in ("http", "https") or not parts.netloc or not names or not is_plain:
        raise ValueError(f"url={url!r} is not the address of a file (https://host/path)")
    path = cache_dir().joinpath("web", parts.netloc.replace(":", "-"), *names)
    content, state = cached(path)
    if content is not None:
        return content
    if is_offline():
        raise DataError(
            f"{path} {state}, and LMBOOK_OFFLINE forbids fetching it. Unset LMBOOK_OFFLINE and try "
            "again with a network connection."
        )
    content, _ = receive(url)
    store(path, content)
    return content
