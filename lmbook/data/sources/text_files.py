"""Text from files of any size, a line at a time."""

from collections.abc import Iterator
from pathlib import Path


def stream_lines(path: Path | str) -> Iterator[str]:
    """Yield the lines of a UTF-8 file without their line ends, holding one at a time.

    Tokenizers and ``count_ngrams`` accept such a stream, so a text need not fit into
    memory; its longest line must. A byte order mark at the beginning is dropped. Raises
    ``ValueError`` that names the line and the byte if the file is not valid UTF-8.
    """
    with open(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{path}, line {number}: byte {error.start + 1} (0x{raw[error.start]:02x}) is "
                    "not valid UTF-8; find the file's encoding and convert it"
                ) from error
            yield line.removesuffix("\n").removesuffix("\r")
