"""Texts as token ids on disk: written as a stream, read through the operating system's memory map.

A folder holds shards ``tokens-00000.bin``: ids one after another, in two bytes (four above 65,536
ids), the lower one first, the end-of-sequence id after each text. Beside them are
``tokenizer.json``, and ``index.json`` with the size and SHA-256 of every other file. Neither
writing nor reading needs more memory for a longer text.

``python -m lmbook.data.batches.token_files --tokenizer tokenizer.json --output folder file.txt …``
makes such a folder of text files.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np
from jaxtyping import UInt

from lmbook.arguments import check_several, check_whole, each_text
from lmbook.data.batches.token_index import (
    INDEX_FILE,
    TOKENIZER_FILE,
    StorableTokenizer,
    check_file,
    dtype_of,
    facts_of,
    load_tokenizer,
    read_index,
)
from lmbook.data.batches.token_windows import token_streams, token_windows
from lmbook.data.sources.text_files import stream_lines
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

__all__ = ["TokenFiles", "load_tokenizer", "token_streams", "token_windows", "write_token_files"]

SHARD_TOKENS = 2**26
"""Tokens in a shard if nothing else is said, 128 MiB in two bytes each."""


class TokenFiles:
    """The ids in a folder as one long line, of which only the slices asked for are read.

    ``vocab_size`` and ``eos_id`` are the tokenizer's; ``n_texts`` and ``n_bytes`` (in UTF-8, the
    ends of the texts not counted) are the texts' number and size. ``sha256`` is the hash of the
    shards' hashes, ``tokenizer_sha256`` that of the tokenizer's file.

    All files are compared with the index: their sizes, and with ``verify`` their SHA-256, which
    reads everything once. Raises ``ValueError`` with the file's name and the reason if a file is
    missing or damaged.
    """

    def __init__(self, folder: str | Path, verify: bool = True) -> None:
        self.folder = Path(folder)
        index = read_index(self.folder / INDEX_FILE)
        self.n_texts, self.n_bytes = index["n_texts"], index["n_bytes"]
        self.vocab_size, self.eos_id = index["vocab_size"], index["eos_id"]
        self._dtype, shards = dtype_of(self.vocab_size), index["shards"]
        for file in (index["tokenizer"], *shards):
            check_file(self.folder, file, verify)
        self.tokenizer_sha256 = index["tokenizer"]["sha256"]
        hashes = "".join(shard["sha256"] for shard in shards)
        self.sha256 = hashlib.sha256(hashes.encode()).hexdigest()
        self._shards = [
            np.memmap(self.folder / shard["name"], dtype=self._dtype, mode="r") for shard in shards
        ]
        self._starts = list(accumulate(map(len, self._shards), initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, part: slice, /) -> UInt[np.ndarray, " n"]:
        """A copy of the ids in ``part``, wherever the borders of the shards are.

        Raises ``ValueError`` for a step other than 1.
        """
        begin, end, step = part.indices(len(self))
        if step != 1:
            raise ValueError(f"step={step} is not 1: token files are read in one piece")
        native = self._dtype.newbyteorder("=")
        number = bisect_right(self._starts, begin) - 1
        pieces = [np.empty(0, native)]
        while begin < end:
            start, stop = self._starts[number : number + 2]
            piece = self._shards[number][begin - start : min(end, stop) - start]
            pieces.append(np.array(piece, native))
            begin, number = stop, number + 1
        return pieces[1] if len(pieces) == 2 else np.concatenate(pieces)

    @cached_property
    def tokenizer(self) -> BPETokenizer | WordPieceTokenizer:
        """The tokenizer that made the ids. Raises ``ValueError`` if it is of an unknown kind."""
        return load_tokenizer(self.folder / TOKENIZER_FILE)


def write_token_files(
    folder: str | Path,
    texts: Iterable[str],
    tokenizer: StorableTokenizer,
    *,
    shard_tokens: int = SHARD_TOKENS,
) -> TokenFiles:
    """Write the ids of ``texts``, one text at a time, in shards of ``shard_tokens`` ids.

    The files stand in ``folder/partial`` until all are written; then they are moved up, the index
    last. After an error nothing is left. Raises ``ValueError`` if the folder holds files already,
    if there is no text, if one has no token, or if the tokenizer gives an id beyond its vocabulary.
    """
    folder = Path(folder)
    check_whole("shard_tokens", shard_tokens, 1)
    check_several("texts", texts)
    if folder.exists() and (found := sorted(os.listdir(folder))):
        raise ValueError(
            f"{folder} holds files already, {found[0]} among them: name another folder"
        )
    made = not folder.exists()
    partial = folder / "partial"
    partial.mkdir(parents=True)
    try:
        index = _write(partial, texts, tokenizer, shard_tokens)
        text = json.dumps(index, ensure_ascii=False, indent=1) + "\n"
        (partial / INDEX_FILE).write_text(text, encoding="utf-8")
        for name in sorted(os.listdir(partial), key=lambda name: (name == INDEX_FILE, name)):
            os.replace(partial / name, folder / name)
    finally:
        shutil.rmtree(partial)
        if made and not any(folder.iterdir()):
            folder.rmdir()
    return TokenFiles(folder, verify=False)


class _ShardWriter:
    """Ids into files of ``shard_tokens`` each; ``facts`` says what was written.

    Ids are gathered and appended in blocks of at least 1 MiB.
    """

    def __init__(self, folder: Path, shard_tokens: int, dtype: np.dtype) -> None:
        self._folder, self._room, self._dtype = folder, shard_tokens, dtype
        self._shard_tokens = shard_tokens
        self._block = bytearray()
        self._hash = hashlib.sha256()
        self.facts: list[dict] = []

    def add(self, ids: np.ndarray) -> None:
        while len(ids):
            part, ids = ids[: self._room], ids[self._room :]
            self._block += part.astype(self._dtype).tobytes()
            self._room -= len(part)
            if not self._room:
                self.close()
            elif len(self._block) >= 2**20:
                self._append()

    def close(self) -> None:
        """End the shard, if it has any id."""
        if self._room == self._shard_tokens:
            return
        path = self._append()
        digest = self._hash.hexdigest()
        self.facts.append({"name": path.name, "bytes": path.stat().st_size, "sha256": digest})
        self._room, self._hash = self._shard_tokens, hashlib.sha256()

    def _append(self) -> Path:
        path = self._folder / f"tokens-{len(self.facts):05d}.bin"
        with open(path, "ab") as file:
            file.write(self._block)
        self._hash.update(self._block)
        self._block.clear()
        return path


def _write(
    folder: Path, texts: Iterable[str], tokenizer: StorableTokenizer, shard_tokens: int
) -> dict:
    """Write tokenizer and shards; returns the index."""
    tokenizer.save(folder / TOKENIZER_FILE)
    size, n_texts, n_bytes, n_tokens = tokenizer.vocab_size, 0, 0, 0
    shards = _ShardWriter(folder, shard_tokens, dtype_of(size))
    for text in each_text("texts", texts):
        n_texts += 1
        ids = np.array([*tokenizer.encode(text), tokenizer.eos_id])
        if len(ids) == 1:
            raise ValueError(f"text {n_texts} is empty: {text!r} has no token")
        if ids.min() < 0 or ids.max() >= size:
            wrong = ids[(ids < 0) | (ids >= size)][0]
            raise ValueError(f"text {n_texts} has the id {wrong}, outside vocab_size={size}")
        shards.add(ids)
        n_bytes += len(text.encode())
        n_tokens += len(ids)
    if not n_texts:
        raise ValueError("texts holds no text")
    shards.close()
    return {
        "vocab_size": size,
        "eos_id": tokenizer.eos_id,
        "n_tokens": n_tokens,
        "n_texts": n_texts,
        "n_bytes": n_bytes,
        "tokenizer": facts_of(folder / TOKENIZER_FILE),
        "shards": shards.facts,
    }


def _documents(paths: Sequence[str], by_file: bool) -> Iterator[str]:
    """Each line that is not blank, or each whole file, its line ends as ``\\n``."""
    for path in paths:
        if by_file:
            yield "\n".join(stream_lines(path))
        else:
            yield from (line for line in stream_lines(path) if line.strip())


def main(arguments: Sequence[str] | None = None) -> int:
    """Make token files of text files; returns 0, or 1 after an error, told in one line."""
    parser = argparse.ArgumentParser(
        prog="python -m lmbook.data.batches.token_files",
        description="Make token files of text files.",
    )
    parser.add_argument("files", nargs="+", help="UTF-8 text; each line is a text of its own")
    parser.add_argument("--tokenizer", required=True, help="the tokenizer's JSON file")
    parser.add_argument("--output", required=True, help="folder for the token files")
    parser.add_argument("--by-file", action="store_true", help="each file is one text")
    parser.add_argument("--shard-tokens", type=int, default=SHARD_TOKENS, help="tokens in a shard")
    options = parser.parse_args(arguments)
    try:
        tokenizer = load_tokenizer(options.tokenizer)
        texts = _documents(options.files, options.by_file)
        files = write_token_files(
            options.output, texts, tokenizer, shard_tokens=options.shard_tokens
        )
    except (ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sizes = f"{files.n_texts:,} texts, {len(files):,} tokens, {files.n_bytes:,} bytes"
    sys.stdout.write(f"{options.output}: {sizes}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
