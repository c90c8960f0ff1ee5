"""Token files hold what was written, give the batches of the line in memory, and stay on disk."""

import hashlib
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.data.batches import token_files
from lmbook.data.batches.token_files import (
    TokenFiles,
    load_tokenizer,
    token_streams,
    token_windows,
    write_token_files,
)
from lmbook.data.batches.windows import stream_batches, window_batches
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import to_published
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.training.feed import Feed

TEXTS = ["to be or not", "to be", "that is the question: 问题"] * 4


class Numbers:
    """A text is its ids, with spaces between them."""

    def __init__(self, vocab_size: int = 1000, eos_id: int = 0) -> None:
        self.vocab_size, self.eos_id = vocab_size, eos_id

    def encode(self, text: str) -> list[int]:
        return [int(number) for number in text.split()]

    def decode(self, ids) -> str:
        return " ".join(map(str, ids))

    def save(self, path) -> None:
        Path(path).write_text("{}")


def bpe() -> BPETokenizer:
    return BPETokenizer.train(TEXTS, 270)


def line_of(tokenizer, texts) -> list[int]:
    return [i for text in texts for i in (*tokenizer.encode(text), tokenizer.eos_id)]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def same(ours, theirs) -> None:
    """Equal batches, bit for bit and in type, and as many of them."""
    ours, theirs = list(ours), list(theirs)
    assert len(ours) == len(theirs)
    for batch, expected in zip(ours, theirs, strict=True):
        for part, other in zip(batch, expected, strict=True):
            assert part.dtype == other.dtype
            assert torch.equal(part, other)


@pytest.mark.parametrize("shard_tokens", [1, 7, 10_000])
def test_the_files_hold_each_text_and_its_end(tmp_path, shard_tokens):
    tokenizer = bpe()
    files = write_token_files(tmp_path / "out", iter(TEXTS), tokenizer, shard_tokens=shard_tokens)
    expected = line_of(tokenizer, TEXTS)
    for opened in (files, TokenFiles(tmp_path / "out")):
        assert len(opened) == len(expected)
        assert opened[:].tolist() == expected
        assert opened.n_bytes == sum(len(text.encode()) for text in TEXTS)
        assert opened.n_texts == len(TEXTS)
        assert (opened.vocab_size, opened.eos_id) == (270, tokenizer.eos_id)
        assert opened.tokenizer.tokens == tokenizer.tokens
        raw = (tmp_path / "out" / "tokenizer.json").read_bytes()
        assert opened.tokenizer_sha256 == hashlib.sha256(raw).hexdigest()
    n_shards = len(list((tmp_path / "out").glob("tokens-*.bin")))
    assert n_shards == -(-len(expected) // shard_tokens)
    # nothing but the files of the index is left
    assert len(list((tmp_path / "out").iterdir())) == n_shards + 2


@settings(max_examples=25)
@given(st.data())
def test_slices_are_those_of_a_list(tmp_path_factory, data):
    texts = data.draw(st.lists(st.lists(st.integers(0, 999), min_size=1, max_size=9), min_size=1))
    folder = tmp_path_factory.mktemp("slices")
    lines = [" ".join(map(str, ids)) for ids in texts]
    files = write_token_files(folder, lines, Numbers(), shard_tokens=data.draw(st.integers(1, 12)))
    expected = line_of(Numbers(), lines)
    for part in (slice(None), data.draw(st.slices(len(expected)))):
        if part.step in (None, 1):
            assert files[part].tolist() == expected[part]


def test_a_slice_is_a_copy_and_has_step_1(tmp_path):
    files = write_token_files(tmp_path / "out", ["1 2 3"], Numbers())
    part = files[0:2]
    part[0] = 9
    assert files[:].tolist() == [1, 2, 3, 0]
    with pytest.raises(ValueError, match="step=2 is not 1"):
        files[::2]


@pytest.mark.parametrize(("vocab_size", "width"), [(65_536, 2), (65_537, 4)])
def test_ids_take_two_bytes_or_four_the_lower_first(tmp_path, vocab_size, width):
    tokenizer = Numbers(vocab_size)
    last = vocab_size - 1
    files = write_token_files(tmp_path / "out", [f"{last} 258"], tokenizer)
    assert files[:].tolist() == [last, 258, 0]
    raw = (tmp_path / "out" / "tokens-00000.bin").read_bytes()
    assert raw == b"".join(i.to_bytes(width, "little") for i in (last, 258, 0))


sizes = {
    "n": st.integers(1, 40),
    "batch_size": st.integers(1, 5),
    "n_steps": st.integers(1, 9),
    "shard_tokens": st.integers(2, 30),
}


@settings(max_examples=20)
@given(**sizes, seed=st.integers(0, 99))
def test_batches_are_those_of_the_line_in_memory(
    tmp_path_factory, n, batch_size, n_steps, shard_tokens, seed
):
    folder = tmp_path_factory.mktemp("batches")
    text = " ".join(map(str, range(1, n + 1)))
    files = write_token_files(folder, [text], Numbers(), shard_tokens=shard_tokens)
    ids = files[:].astype(np.int64)
    shuffled, expected = seeded(seed), seeded(seed)
    if n >= n_steps:
        same(
            token_windows(files, batch_size, n_steps, shuffled, n_epochs=2),
            window_batches(ids, batch_size, n_steps, expected, n_epochs=2),
        )
        assert torch.equal(shuffled.get_state(), expected.get_state())
        endless = token_windows(files, batch_size, n_steps, seeded(seed))
        same(
            islice(endless, 15), islice(window_batches(ids, batch_size, n_steps, seeded(seed)), 15)
        )
    if n >= batch_size:
        same(
            token_streams(files, batch_size, n_steps, n_epochs=2),
            stream_batches(ids, batch_size, n_steps, n_epochs=2),
        )


def test_an_epoch_holds_each_target_once(tmp_path):
    texts = [" ".join(map(str, range(k * 10 + 1, k * 10 + 11))) for k in range(12)]
    files = write_token_files(tmp_path / "out", texts, Numbers(), shard_tokens=17)
    batches = token_windows(files, 3, 8, seeded(), n_epochs=1)
    targets = torch.cat([y.flatten() for _, y in batches])
    assert sorted(targets[targets >= 0].tolist()) == sorted(files[1:].tolist())


@settings(max_examples=25)
@given(n_skipped=st.integers(0, 30), n_taken=st.integers(0, 8), n_epochs=st.sampled_from([2, None]))
def test_skipped_batches_are_as_if_taken(n_skipped, n_taken, n_epochs):
    line = np.arange(90, dtype=np.uint16)
    taken, skipped = seeded(), seeded()
    one = token_windows(line, 3, 4, taken, n_epochs)
    two = token_windows(line, 3, 4, skipped, n_epochs)
    same(islice(one, n_taken), islice(two, n_taken))
    assert two.skip(n_skipped) == len(list(islice(one, n_skipped)))
    assert torch.equal(taken.get_state(), skipped.get_state())
    same(islice(one, 20), islice(two, 20))


class Counting:
    """A line that counts how often it is read."""

    def __init__(self, ids) -> None:
        self.ids, self.n_read = ids, 0

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, part):
        self.n_read += 1
        return self.ids[part]


@pytest.mark.parametrize("n_taken", [0, 5, 8, 19])
@pytest.mark.parametrize("kind", ["windows", "endless windows", "streams"])
def test_a_resumed_feed_goes_on_with_the_same_batches_and_reads_none_twice(kind, n_taken):
    def feed(line, seed):
        generator = seeded(seed)
        make = {
            "windows": lambda: token_windows(line, 3, 4, generator, n_epochs=1),
            "endless windows": lambda: token_windows(line, 3, 4, generator),
            "streams": lambda: token_streams(line, 3, 4),
        }[kind]
        return Feed(make, generator)

    ids = np.arange(90, dtype=np.uint16)  # 8 batches a pass
    first = feed(ids, 1)
    for _ in range(n_taken):
        first.take()
    if not n_taken:
        return
    line = Counting(ids)
    second = feed(line, 2)
    second.go_to(first.n_taken, first.pass_start)
    assert line.n_read == 0
    for _ in range(20):
        (batch, is_first), (expected, was_first) = second.take(), first.take()
        assert is_first == was_first
        same([batch], [expected])


def test_a_feed_with_too_few_batches_says_so():
    line = np.arange(9, dtype=np.uint16)
    feed = Feed(lambda: token_streams(line, 2, 2))
    with pytest.raises(ValueError, match="ran out after 2; the checkpoint had taken 3"):
        feed.go_to(3, None)


@pytest.mark.parametrize("batches", ["windows", "streams"])
def test_sizes_that_do_not_fit(batches):
    line = np.arange(5, dtype=np.uint16)

    def make(batch_size, n_steps, n_epochs=1):
        if batches == "streams":
            return token_streams(line, batch_size, n_steps, n_epochs)
        return token_windows(line, batch_size, n_steps, seeded(), n_epochs)

    for arguments, name in (((0, 1), "batch_size"), ((1, 0), "n_steps"), ((1, 1, 0), "n_epochs")):
        with pytest.raises(ValueError, match=f"{name}=0 is below 1"):
            make(*arguments)
    with pytest.raises(ValueError, match="5 ids are too few"):
        make(5, 5)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "texts holds no text"),
        (["1", "", "2"], "text 2 is empty: '' has no token"),
        (["1", "2 1000"], "text 2 has the id 1000, outside vocab_size=1000"),
        (["-1"], "text 1 has the id -1, outside vocab_size=1000"),
        (["1", "two"], "invalid literal"),
    ],
)
def test_what_cannot_be_written_leaves_nothing(tmp_path, texts, message):
    with pytest.raises(ValueError, match=message):
        write_token_files(tmp_path / "out", texts, Numbers(), shard_tokens=1)
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    with pytest.raises(ValueError, match=message):
        write_token_files(tmp_path / "out", texts, Numbers(), shard_tokens=1)
    assert list((tmp_path / "out").iterdir()) == []
    write_token_files(tmp_path / "out", ["1"], Numbers())


def test_an_end_beyond_the_vocabulary_and_a_shard_of_no_tokens(tmp_path):
    with pytest.raises(ValueError, match="text 1 has the id 7, outside vocab_size=7"):
        write_token_files(tmp_path / "out", ["1"], Numbers(7, 7))
    with pytest.raises(ValueError, match="shard_tokens=0 is below 1"):
        write_token_files(tmp_path / "out", ["1"], Numbers(), shard_tokens=0)


def test_a_folder_with_files_is_not_written_over(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"holds files already, mine\.txt among them"):
        write_token_files(tmp_path, ["1"], Numbers())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    write_token_files(tmp_path / "out", ["1"], Numbers())
    with pytest.raises(ValueError, match=r"holds files already, index\.json among them"):
        write_token_files(tmp_path / "out", ["1"], Numbers())


def damage(folder: Path, how: str) -> None:
    shard = folder / "tokens-00001.bin"
    data = shard.read_bytes()
    if how == "missing":
        shard.unlink()
    elif how == "truncated":
        shard.write_bytes(data[:-1])
    elif how == "bit":
        shard.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    elif how == "tokenizer":
        (folder / "tokenizer.json").write_text("[]")
    else:
        (folder / "index.json").unlink()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", r"tokens-00001\.bin is missing"),
        ("truncated", r"tokens-00001\.bin is damaged: it has 3 bytes, not 4"),
        ("bit", r"tokens-00001\.bin is damaged: its SHA-256 is not [0-9a-f]{64}"),
        ("tokenizer", r"tokenizer\.json is damaged: its SHA-256 is not"),
        ("index", r"index\.json is missing"),
    ],
)
def test_a_damaged_folder_names_the_file_and_the_reason(tmp_path, how, message):
    write_token_files(tmp_path / "out", ["1 2 3 4 5"], Numbers(), shard_tokens=2)
    damage(tmp_path / "out", how)
    with pytest.raises(ValueError, match=message):
        TokenFiles(tmp_path / "out")
    if how in ("bit", "tokenizer"):  # of the same size: only a reading finds it
        assert len(TokenFiles(tmp_path / "out", verify=False)) == 6
    else:
        with pytest.raises(ValueError, match=message):
            TokenFiles(tmp_path / "out", verify=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda index: index.pop("n_bytes"), "it lacks 'n_bytes'"),
        (lambda index: index.pop("shards"), "it lacks 'shards'"),
        (lambda index: index["shards"][0].pop("sha256"), "it lacks 'sha256'"),
        (lambda index: index.update(n_tokens="6"), "n_tokens='6' is not a count"),
        (lambda index: index.update(n_tokens=7), "the shards do not hold n_tokens=7 ids"),
        (lambda index: index["shards"].pop(), "the shards do not hold n_tokens=6 ids"),
        (lambda index: index.update(shards=3), "shards is not a list"),
        (lambda index: index.update(tokenizer=3), ""),
        (lambda index: index.update(eos_id=1000), "eos_id=1000 is outside the vocabulary"),
        (lambda index: index["shards"][0].update(bytes=3), "is not a number of ids of 2 bytes"),
        (lambda index: index["shards"][0].update(name="../a"), "is not the name, size and SHA-256"),
    ],
)
def test_a_damaged_index_names_what_is_wrong(tmp_path, change, message):
    write_token_files(tmp_path, ["1 2 3 4 5"], Numbers(), shard_tokens=2)
    path = tmp_path / "index.json"
    index = json.loads(path.read_text())
    change(index)
    path.write_text(json.dumps(index))
    with pytest.raises(ValueError, match=rf"index\.json is damaged: .*{message}"):
        TokenFiles(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", "\udcff"])
def test_an_index_that_is_no_json_object(tmp_path, content):
    write_token_files(tmp_path, ["1"], Numbers())
    (tmp_path / "index.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ValueError, match=r"index\.json is damaged: it"):
        TokenFiles(tmp_path)


def test_tokenizers_in_both_forms_and_what_is_none(tmp_path):
    path = tmp_path / "tokenizer.json"
    pieces = WordPieceTokenizer.train(TEXTS, 80)
    for tokenizer in (bpe(), pieces):
        tokenizer.save(path)
        assert load_tokenizer(path).encode(TEXTS[0]) == tokenizer.encode(TEXTS[0])
        path.write_text(json.dumps(to_published(tokenizer)))
        assert load_tokenizer(path).encode(TEXTS[0]) == tokenizer.encode(TEXTS[0])
    for content in ('{"kind": "unigram"}', '{"kind": "bpe"}', "{}", "3", "{"):
        path.write_text(content)
        with pytest.raises(ValueError, match=r"tokenizer\.json"):
            load_tokenizer(path)


def test_the_command_takes_lines_or_files(tmp_path, capsys):
    tokenizer = bpe()
    tokenizer.save(tmp_path / "tokenizer.json")
    (tmp_path / "a.txt").write_text("to be\n\n  \nor not\n")
    (tmp_path / "b.txt").write_text("that is")
    texts = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]

    def command(output, *more):
        fixed = [
            "--tokenizer",
            str(tmp_path / "tokenizer.json"),
            "--output",
            str(tmp_path / output),
        ]
        return token_files.main([*fixed, *more])

    assert command("lines", *texts) == 0
    assert "3 texts" in capsys.readouterr().out
    lines = TokenFiles(tmp_path / "lines")[:].tolist()
    assert lines == line_of(tokenizer, ["to be", "or not", "that is"])
    assert command("files", *texts, "--by-file", "--shard-tokens", "5") == 0
    whole = TokenFiles(tmp_path / "files")[:].tolist()
    assert whole == line_of(tokenizer, ["to be\n\n  \nor not", "that is"])
    capsys.readouterr()
    (tmp_path / "bad.txt").write_bytes(b"ok\n\xff\n")
    for output, text, message in (
        ("lines", texts[0], "holds files already"),
        ("x", str(tmp_path / "none.txt"), "none.txt"),
        ("x", str(tmp_path / "bad.txt"), "bad.txt, line 2"),
    ):
        assert command(output, text) == 1
        err = capsys.readouterr().err
        assert err.startswith("error: ") and message in err and err.count("\n") == 1
    assert not (tmp_path / "x").exists()


MEASURE = """
import sys
from pathlib import Path
import numpy as np
import torch
from lmbook.data.batches.token_files import TokenFiles, token_windows, write_token_files

def anonymous_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1000

class Zeros:
    vocab_size, eos_id = 1000, 0
    def encode(self, text):
        return IDS
    def decode(self, ids):
        return ""
    def save(self, path):
        Path(path).write_text("{}")

IDS = [7] * 99_999
folder, n_bytes = sys.argv[1], int(float(sys.argv[2]))
highest = before = anonymous_mb()
def texts():
    global highest
    for i in range(n_bytes // 200_000):
        if i % 10 == 0:
            highest = max(highest, anonymous_mb())
        yield "text"
write_token_files(folder, texts(), Zeros())
written = highest - before
files = TokenFiles(folder)
n, before = 0, anonymous_mb()
highest = before
for i, (inputs, _) in enumerate(token_windows(files, 32, 1024, torch.Generator(), n_epochs=1)):
    n += len(inputs)
    if i % 100 == 0:
        highest = max(highest, anonymous_mb())
print(len(files) * 2 / 1e6, written, highest - before, n == -(-(len(files) - 1) // 1024))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc/self/status")
def test_memory_stays_flat_while_80_megabytes_are_written_and_read(tmp_path):
    arguments = [sys.executable, "-c", MEASURE, str(tmp_path / "big"), "8e7"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    size, written, read, complete = result.stdout.split()
    assert complete == "True"
    assert float(size) >= 80.0
    assert float(written) < 16.0
    assert float(read) < 16.0
