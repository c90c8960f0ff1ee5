"""Wrong answers that students give, by question: name, code, and what the message must say.

Each is the solution with some pieces of its text replaced.
"""

Q1 = """
def pad_batch(
    rows: list[list[int]], pad_id: int, side: str, multiple: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if side not in ("left", "right"):
        raise ValueError(f"{side=} is neither left nor right")
    longest = max(len(row) for row in rows)
    width = -(-longest // multiple) * multiple
    ids = np.full((len(rows), width), pad_id)
    mask = np.zeros((len(rows), width), dtype=int)
    for i, row in enumerate(rows):
        start = width - len(row) if side == "left" else 0
        ids[i, start : start + len(row)] = row
        mask[i, start : start + len(row)] = 1
    positions = (np.cumsum(mask, axis=1) - 1) * mask
    return ids, mask, positions
"""

Q2 = """
def cut_pair(
    first: list[int], second: list[int], max_length: int
) -> tuple[list[int], list[int]]:
    room = max_length - 3
    if room < 0:
        raise ValueError(f"{max_length=} is below 3: there is no room for [CLS] and two [SEP]")
    first, second = list(first), list(second)
    while len(first) + len(second) > room:
        longer = first if len(first) > len(second) else second
        longer.pop()
    return first, second
"""

Q3 = """
def weight_index(sizes: dict[str, int], max_bytes: int) -> tuple[dict[str, str], int]:
    files: list[list[str]] = []
    used = 0
    for name, size in sizes.items():
        if not files or used + size > max_bytes:
            files.append([])
            used = 0
        files[-1].append(name)
        used += size
    if len(files) == 1:
        return dict.fromkeys(files[0], "model.safetensors"), sum(sizes.values())
    index = {}
    for number, names in enumerate(files, start=1):
        index |= dict.fromkeys(names, f"model-{number:05d}-of-{len(files):05d}.safetensors")
    return index, sum(sizes.values())
"""

Q4 = """
def load_report(
    wanted: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]], prefix: str
) -> dict[str, list[str]]:
    in_model = any(name.startswith(prefix) for name in wanted)
    in_file = any(name.startswith(prefix) for name in found)
    if in_model and not in_file:
        found = {prefix + name: shape for name, shape in found.items()}
    elif in_file and not in_model:
        renamed = {}
        for name, shape in found.items():
            short = name.removeprefix(prefix)
            if short in renamed:
                raise ValueError(f"two tensors of the file would be called {short!r}")
            renamed[short] = shape
        found = renamed
    both = wanted.keys() & found.keys()
    return {
        "missing": sorted(wanted.keys() - found.keys()),
        "unexpected": sorted(found.keys() - wanted.keys()),
        "mismatched": sorted(name for name in both if tuple(wanted[name]) != tuple(found[name])),
    }
"""


def _with(solution: str, *changes: tuple[str, str]) -> str:
    """The solution with each first text replaced by the second, at every place."""
    for old, new in changes:
        if old not in solution:
            raise ValueError(f"the solution has no {old!r}")
        solution = solution.replace(old, new)
    return solution


WRONG_ANSWERS = {
    "q1": [
        (
            "always one more multiple",
            _with(Q1, ("-(-longest // multiple)", "(longest // multiple + 1)")),
            "exactly gets no further places",
        ),
        (
            "as wide as the longest row",
            _with(Q1, ("-(-longest // multiple) * multiple", "longest")),
            "here it is the longest row",
        ),
        (
            "sides swapped",
            _with(Q1, ('side == "left"', 'side == "right"')),
            "here it stands in front",
        ),
        (
            "mask from the ids",
            _with(
                Q1, ("    positions = ", "    mask = (ids != pad_id).astype(int)\n    positions = ")
            ),
            "whose id is pad_id is real",
        ),
        (
            "padding is counted",
            _with(Q1, ("(np.cumsum(mask, axis=1) - 1) * mask", "np.arange(width) * mask")),
            "padding on the left is counted",
        ),
        (
            "from one",
            _with(Q1, ("(np.cumsum(mask, axis=1) - 1)", "np.cumsum(mask, axis=1)")),
            "here they begin at 1",
        ),
        ("padding goes on", _with(Q1, ("- 1) * mask", "- 1)")), "no other number"),
        (
            "any side",
            _with(Q1, ('side not in ("left", "right")', 'side == ""')),
            "other than left and right",
        ),
    ],
    "q2": [
        ("no special tokens", _with(Q2, ("> room", "> room + 3")), "here they are forgotten"),
        ("two special tokens", _with(Q2, ("> room", "> room + 1")), "here only two are counted"),
        (
            "the beginning is cut",
            _with(Q2, ("longer.pop()", "longer.pop(0)")),
            "the beginning is lost",
        ),
        (
            "only the first",
            _with(Q2, ("first if len(first) > len(second) else second", "first or second")),
            "here only the first one is",
        ),
        (
            "only the second",
            _with(Q2, ("first if len(first) > len(second) else second", "second or first")),
            "here only the second one is",
        ),
        (
            "ties cut the first",
            _with(Q2, ("len(first) > len(second)", "len(first) >= len(second)")),
            "here the first one does",
        ),
        ("one too many", _with(Q2, ("> room:", ">= room > 0:")), "fits exactly"),
        (
            "changes its arguments",
            _with(Q2, ("    first, second = list(first), list(second)\n", "")),
            "must not be changed",
        ),
        (
            "any length",
            _with(Q2, ("room < 0", "room < -3"), ("> room:", "> max(room, 0):")),
            "cannot hold the special tokens",
        ),
    ],
    "q3": [
        (
            "a number for one file",
            _with(Q3, ("len(files) == 1", "len(files) == 0")),
            "A single file is called",
        ),
        (
            "exactly full",
            _with(Q3, ("used + size > max_bytes", "used + size >= max_bytes")),
            "one tensor too early",
        ),
        (
            "goes back",
            """
def weight_index(sizes, max_bytes):
    files, used = [], []
    for name, size in sizes.items():
        for at, full in enumerate(used):
            if full + size <= max_bytes:
                break
        else:
            at = len(files)
            files.append([])
            used.append(0)
        files[at].append(name)
        used[at] += size
    n = len(files)
    if n == 1:
        return dict.fromkeys(sizes, "model.safetensors"), sum(sizes.values())
    places = {name: at for at, names in enumerate(files, 1) for name in names}
    index = {name: f"model-{places[name]:05d}-of-{n:05d}.safetensors" for name in sizes}
    return index, sum(sizes.values())
""",
            "is put into an earlier file",
        ),
        (
            "an empty file in front",
            _with(Q3, ("files: list[list[str]] = []", "files: list[list[str]] = [[]]")),
            "no empty file",
        ),
        ("from zero", _with(Q3, ("start=1", "start=0")), "here they begin at 0"),
        (
            "files so far",
            _with(Q3, ("{len(files):05d}", "{number:05d}")),
            "that of the files so far",
        ),
        (
            "the last file's bytes",
            _with(Q3, ("return index, sum(sizes.values())", "return index, used")),
            "that of the last file",
        ),
        ("a zero too few", _with(Q3, (":05d", ":04d")), "five digits"),
    ],
    "q4": [
        (
            "only puts in front",
            _with(Q4, ("elif in_file and not in_model", "elif not in_file and in_model")),
            "the prefix is taken off.",
        ),
        (
            "only takes off",
            _with(Q4, ("if in_model and not in_file", "if in_model and not in_model")),
            "the prefix is put in front",
        ),
        (
            "always in front",
            _with(Q4, ("if in_model and not in_file", "if in_model")),
            "nothing is renamed",
        ),
        (
            "replace",
            _with(Q4, ("name.removeprefix(prefix)", 'name.replace(prefix, "")')),
            "also in its middle",
        ),
        (
            "swapped",
            _with(
                Q4,
                ('"missing"', '"other"'),
                ('"unexpected"', '"missing"'),
                ('"other"', '"unexpected"'),
            ),
            "unexpected are swapped",
        ),
        (
            "mismatched and missing",
            _with(
                Q4,
                (
                    "sorted(wanted.keys() - found.keys())",
                    "sorted(k for k in wanted if k not in found or wanted[k] != found[k])",
                ),
            ),
            "and it is not missing",
        ),
        (
            "sizes",
            _with(
                Q4,
                (
                    "tuple(wanted[name]) != tuple(found[name])",
                    "np.prod(wanted[name]) != np.prod(found[name])",
                ),
            ),
            "Equal sizes are not",
        ),
        (
            "not sorted",
            _with(
                Q4,
                ("sorted(wanted.keys() - found.keys())", "[k for k in wanted if k not in found]"),
            ),
            "lists are sorted",
        ),
        (
            "changes its arguments",
            _with(
                Q4,
                (
                    "found = {prefix + name: shape for name, shape in found.items()}",
                    "found.update({prefix + name: found.pop(name) for name in list(found)})",
                ),
            ),
            "must not be changed",
        ),
        (
            "two of one name",
            _with(Q4, ("if short in renamed:", "if short in renamed and not prefix:")),
            "become equal without the prefix",
        ),
    ],
}
