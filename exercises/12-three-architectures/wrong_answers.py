"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "the prefix is one token too long",
            """
def prefix_mask(n_prefix: int, n: int) -> np.ndarray:
    columns = np.arange(n)
    causal = columns[None, :] <= columns[:, None]
    return causal | (columns <= n_prefix)[None, :]
""",
            "one token too long",
        ),
        (
            "the prefix is one token too short",
            """
def prefix_mask(n_prefix: int, n: int) -> np.ndarray:
    columns = np.arange(n)
    causal = columns[None, :] <= columns[:, None]
    return causal | (columns < n_prefix - 1)[None, :]
""",
            "one token too short",
        ),
        (
            "transposed",
            """
def prefix_mask(n_prefix: int, n: int) -> np.ndarray:
    columns = np.arange(n)
    causal = columns[None, :] >= columns[:, None]
    return causal | (columns < n_prefix)[None, :]
""",
            "Rows look, columns are looked at",
        ),
        (
            "the rows of the prefix see all",
            """
def prefix_mask(n_prefix: int, n: int) -> np.ndarray:
    columns = np.arange(n)
    causal = columns[None, :] <= columns[:, None]
    return causal | (columns < n_prefix)[:, None]
""",
            "do not look behind it",
        ),
        (
            "no look at itself",
            """
def prefix_mask(n_prefix: int, n: int) -> np.ndarray:
    columns = np.arange(n)
    causal = columns[None, :] < columns[:, None]
    return causal | (columns < n_prefix)[None, :]
""",
            "also sees itself",
        ),
        (
            "two separate blocks",
            """
def prefix_mask(n_prefix: int, n: int) -> np.ndarray:
    columns = np.arange(n)
    causal = columns[None, :] <= columns[:, None]
    inside = columns < n_prefix
    return np.where(inside[:, None], inside[None, :], causal & ~inside[None, :])
""",
            "look at the prefix, too",
        ),
    ],
    "q2": [
        (
            "cut into three",
            """
def split_fused(
    weight: np.ndarray, bias: np.ndarray, n_heads: int
) -> tuple[np.ndarray, np.ndarray]:
    d_input = weight.shape[1]
    return weight.reshape(3, -1, d_input), bias.reshape(3, -1)
""",
            "cut the matrix into three",
        ),
        (
            "every third row",
            """
def split_fused(
    weight: np.ndarray, bias: np.ndarray, n_heads: int
) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([weight[i::3] for i in range(3)]), np.stack([bias[i::3] for i in range(3)])
""",
            "not every third row",
        ),
        (
            "the bias stays as it is",
            """
def split_fused(
    weight: np.ndarray, bias: np.ndarray, n_heads: int
) -> tuple[np.ndarray, np.ndarray]:
    d_input = weight.shape[1]
    rows = weight.reshape(n_heads, 3, -1, d_input).swapaxes(0, 1)
    offsets = bias
    return rows.reshape(3, -1, d_input), offsets.reshape(3, -1)
""",
            "bias must change its order",
        ),
        (
            "key and value swapped",
            """
def split_fused(
    weight: np.ndarray, bias: np.ndarray, n_heads: int
) -> tuple[np.ndarray, np.ndarray]:
    d_input = weight.shape[1]
    rows = weight.reshape(n_heads, 3, -1, d_input).swapaxes(0, 1)
    offsets = bias.reshape(n_heads, 3, -1).swapaxes(0, 1)
    rows = rows[[0, 2, 1]]
    offsets = offsets[[0, 2, 1]]
    return rows.reshape(3, -1, d_input), offsets.reshape(3, -1)
""",
            "two of them are swapped",
        ),
        (
            "place first then head",
            """
def split_fused(
    weight: np.ndarray, bias: np.ndarray, n_heads: int
) -> tuple[np.ndarray, np.ndarray]:
    d_input = weight.shape[1]
    rows = weight.reshape(n_heads, 3, -1, d_input).swapaxes(0, 1)
    offsets = bias.reshape(n_heads, 3, -1).swapaxes(0, 1)
    return rows.swapaxes(1, 2).reshape(3, -1, d_input), offsets.reshape(3, -1)
""",
            "place first, then head",
        ),
        (
            "n_heads for d_head",
            """
def split_fused(
    weight: np.ndarray, bias: np.ndarray, n_heads: int
) -> tuple[np.ndarray, np.ndarray]:
    d_input = weight.shape[1]
    rows = weight.reshape(-1, 3, n_heads, d_input).swapaxes(0, 1)
    offsets = bias.reshape(n_heads, 3, -1).swapaxes(0, 1)
    return rows.reshape(3, -1, d_input), offsets.reshape(3, -1)
""",
            "used as the width of a head",
        ),
    ],
    "q3": [
        (
            "EOS begins the next document",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == eos_id).astype(int)
    document = np.cumsum(ends)
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = same & (steps[None, :] <= steps[:, None])
    return mask, steps - np.searchsorted(document, document)
""",
            "not to the next one",
        ),
        (
            "not causal",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == eos_id).astype(int)
    document = np.cumsum(ends) - ends
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = same
    return mask, steps - np.searchsorted(document, document)
""",
            "sees to the right",
        ),
        (
            "causal only",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == eos_id).astype(int)
    document = np.cumsum(ends) - ends
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = (steps[None, :] <= steps[:, None])
    return mask, steps - np.searchsorted(document, document)
""",
            "causal only",
        ),
        (
            "positions go on",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == eos_id).astype(int)
    document = np.cumsum(ends) - ends
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = same & (steps[None, :] <= steps[:, None])
    return mask, steps
""",
            "here they go on",
        ),
        (
            "positions from 1",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == eos_id).astype(int)
    document = np.cumsum(ends) - ends
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = same & (steps[None, :] <= steps[:, None])
    return mask, steps - np.searchsorted(document, document) + 1
""",
            "here it is 1",
        ),
        (
            "EOS is taken to be 0",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == 0).astype(int)
    document = np.cumsum(ends) - ends
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = same & (steps[None, :] <= steps[:, None])
    return mask, steps - np.searchsorted(document, document)
""",
            "it need not be 0",
        ),
        (
            "no look at itself",
            """
def document_mask(ids: np.ndarray, eos_id: int) -> tuple[np.ndarray, np.ndarray]:
    ends = (ids == eos_id).astype(int)
    document = np.cumsum(ends) - ends
    steps = np.arange(len(ids))
    same = document[:, None] == document[None, :]
    mask = same & (steps[None, :] < steps[:, None])
    return mask, steps - np.searchsorted(document, document)
""",
            "A token sees itself",
        ),
    ],
    "q4": [
        (
            "starts at pad_id",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=1) + n_before[:, None]
    return np.where(mask, pad_id + counts - 1, pad_id)
""",
            "one too small",
        ),
        (
            "pad_id is taken to be 1",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=1) + n_before[:, None]
    return np.where(mask, 1 + counts, 1)
""",
            "which need not be 1",
        ),
        (
            "places of the row",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.arange(1, mask.shape[1] + 1) + n_before[:, None]
    return np.where(mask, pad_id + counts, pad_id)
""",
            "the places of the row",
        ),
        (
            "padding keeps the last count",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=1) + n_before[:, None]
    return pad_id + counts
""",
            "whatever was counted before it",
        ),
        (
            "n_before moves the padding",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=1) + n_before[:, None]
    return np.cumsum(mask, axis=1) * mask + pad_id + n_before[:, None]
""",
            "must not move it",
        ),
        (
            "n_before is forgotten",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=1)
    return np.where(mask, pad_id + counts, pad_id)
""",
            "n_before is not used",
        ),
        (
            "the first n_before for all",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=1) + n_before[0]
    return np.where(mask, pad_id + counts, pad_id)
""",
            "its own n_before",
        ),
        (
            "counts over the batch",
            """
def roberta_positions(mask: np.ndarray, pad_id: int, n_before: np.ndarray) -> np.ndarray:
    counts = np.cumsum(mask, axis=0) + n_before[:, None]
    return np.where(mask, pad_id + counts, pad_id)
""",
            "not over the rows of the batch",
        ),
    ],
}
