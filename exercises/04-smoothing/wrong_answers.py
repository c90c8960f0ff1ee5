"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "natural logarithms",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(held_out * np.log(probs)).sum() / held_out.sum(), k))
    bits, k = min(found)
    return k, bits
""",
            "this value is in nats",
        ),
        (
            "k is tuned on the training counts",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(counts * np.log2(probs)).sum() / max(counts.sum(), 1), k))
    bits, k = min(found)
    return k, bits
""",
            "on the training counts the smallest k of the grid always wins",
        ),
        (
            "the most bits instead of the fewest",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(held_out * np.log2(probs)).sum() / held_out.sum(), k))
    bits, k = max(found)
    return k, bits
""",
            "this is the worst k",
        ),
        (
            "the denominator grows by k alone",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k)
        found.append((-(held_out * np.log2(probs)).sum() / held_out.sum(), k))
    bits, k = min(found)
    return k, bits
""",
            "the denominator grows by k · V",
        ),
        (
            "no keepdims: row sums divide the columns",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(held_out * np.log2(probs)).sum() / held_out.sum(), k))
    bits, k = min(found)
    return k, bits
""",
            "must divide row h",
        ),
        (
            "the sum over columns",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=0)[:, None], []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(held_out * np.log2(probs)).sum() / held_out.sum(), k))
    bits, k = min(found)
    return k, bits
""",
            "this is the sum of a column",
        ),
        (
            "each held-out type counts once",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-np.log2(probs[held_out > 0]).mean(), k))
    bits, k = min(found)
    return k, bits
""",
            "a pair that occurs three times counts three times",
        ),
        (
            "the bits of the whole text",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in sorted(grid):
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(held_out * np.log2(probs)).sum(), k))
    bits, k = min(found)
    return k, bits
""",
            "divide by the number of held-out tokens",
        ),
        (
            "the first of equal values",
            """
import numpy as np

def best_k(counts, held_out, grid):
    totals, found = counts.sum(axis=1, keepdims=True), []
    for k in grid:
        probs = (counts + k) / (totals + k * len(counts))
        found.append((-(held_out * np.log2(probs)).sum() / held_out.sum(), k))
    bits, k = min(found, key=lambda pair: pair[0])
    return k, bits
""",
            "take the smaller k",
        ),
    ],
    "q2": [
        (
            "the share of types",
            """
def unseen(counts):
    counts = [c for c in counts if c > 0]
    if not counts:
        return 1.0, 0.0
    n1, n2 = counts.count(1), counts.count(2)
    types = n1**2 / (2 * n2) if n2 else n1 * (n1 - 1) / 2
    return n1 / len(counts), types
""",
            "a share of the N tokens, not of the types",
        ),
        (
            "a division by n2 = 0",
            """
def unseen(counts):
    n1, n2 = list(counts).count(1), list(counts).count(2)
    if sum(counts) == 0:
        return 1.0, 0.0
    return n1 / sum(counts), n1**2 / (2 * n2)
""",
            "does not divide by n2",
        ),
        (
            "zeros count as singletons",
            """
def unseen(counts):
    if sum(counts) == 0:
        return 1.0, 0.0
    n1, n2 = sum(c <= 1 for c in counts), sum(c == 2 for c in counts)
    types = n1**2 / (2 * n2) if n2 else n1 * (n1 - 1) / 2
    return n1 / sum(counts), types
""",
            "A type with count 0 is no singleton",
        ),
        (
            "the square is forgotten",
            """
def unseen(counts):
    if sum(counts) == 0:
        return 1.0, 0.0
    n1, n2 = list(counts).count(1), list(counts).count(2)
    types = n1 / (2 * n2) if n2 else n1 * (n1 - 1) / 2
    return n1 / sum(counts), types
""",
            "n1 is squared",
        ),
        (
            "brackets forgotten: n1² / 2 · n2",
            """
def unseen(counts):
    if sum(counts) == 0:
        return 1.0, 0.0
    n1, n2 = list(counts).count(1), list(counts).count(2)
    types = n1**2 / 2 * n2 if n2 else n1 * (n1 - 1) / 2
    return n1 / sum(counts), types
""",
            "a / 2 * b multiplies by b",
        ),
        (
            "the types seen are added",
            """
def unseen(counts):
    if sum(counts) == 0:
        return 1.0, 0.0
    n1, n2 = list(counts).count(1), list(counts).count(2)
    types = n1**2 / (2 * n2) if n2 else n1 * (n1 - 1) / 2
    return n1 / sum(counts), sum(c > 0 for c in counts) + types
""",
            "leave out the types that did occur",
        ),
        (
            "twice or more instead of twice",
            """
def unseen(counts):
    if sum(counts) == 0:
        return 1.0, 0.0
    n1, n2 = sum(c == 1 for c in counts), sum(c >= 2 for c in counts)
    types = n1**2 / (2 * n2) if n2 else n1 * (n1 - 1) / 2
    return n1 / sum(counts), types
""",
            "exactly twice, not twice or more",
        ),
        (
            "a division by zero tokens",
            """
def unseen(counts):
    n1, n2 = list(counts).count(1), list(counts).count(2)
    types = n1**2 / (2 * n2) if n2 else n1 * (n1 - 1) / 2
    return n1 / sum(counts), types
""",
            "Without any token",
        ),
    ],
    "q3": [
        (
            "a context that occurred once is taken for new",
            """
def two_discounts(counts, unigram, d1, d2):
    discounts = d1 * (counts == 1) + d2 * (counts >= 2)
    totals = counts.sum(axis=1, keepdims=True)
    safe = np.maximum(totals, 1)
    share = discounts.sum(axis=1, keepdims=True) / safe
    return np.where(totals > 1, (counts - discounts) / safe + share * unigram, unigram)
""",
            "A context that occurred once is known",
        ),
        (
            "the unseen context divides by zero",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    losses = d1 * (counts == 1) + d2 * (counts >= 2)
    with np.errstate(all="ignore"):
        totals = counts.sum(axis=1, keepdims=True)
        return (counts - losses + losses.sum(axis=1, keepdims=True) * unigram) / totals
""",
            "do not divide by it",
        ),
        (
            "an unseen context is uniform",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    losses = d1 * (counts == 1) + d2 * (counts >= 2)
    totals = counts.sum(axis=1, keepdims=True)
    rows = counts - losses + losses.sum(axis=1, keepdims=True) * unigram
    return np.where(totals > 0, rows / np.maximum(totals, 1), 1 / len(counts))
""",
            "not on the uniform distribution",
        ),
        (
            "one discount for all",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    losses = d1 * (counts >= 1)
    totals = counts.sum(axis=1, keepdims=True)
    rows = counts - losses + losses.sum(axis=1, keepdims=True) * unigram
    return np.where(totals > 0, rows / np.maximum(totals, 1), unigram)
""",
            "a pair that occurred once loses d1",
        ),
        (
            "the share of the unigram counts every seen word with d1",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    losses = d1 * (counts == 1) + d2 * (counts >= 2)
    totals = counts.sum(axis=1, keepdims=True)
    rows = counts - losses + d1 * (counts > 0).sum(axis=1, keepdims=True) * unigram
    return np.where(totals > 0, rows / np.maximum(totals, 1), unigram)
""",
            "Every row must sum to one",
        ),
        (
            "backs off instead of interpolating",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    losses = d1 * (counts == 1) + d2 * (counts >= 2)
    totals = counts.sum(axis=1, keepdims=True)
    lower = np.where(counts > 0, 0, unigram)
    mass = lower.sum(axis=1, keepdims=True)
    lower = np.where(mass > 0, lower / np.where(mass > 0, mass, 1), unigram)
    lower = np.where((counts > 0).all(axis=1, keepdims=True), unigram, lower)
    rows = counts - losses + losses.sum(axis=1, keepdims=True) * lower
    return np.where(totals > 0, rows / np.maximum(totals, 1), unigram)
""",
            "not the unseen words alone",
        ),
        (
            "unseen pairs are discounted too",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    losses = np.where(counts >= 2, d2, d1)
    totals = counts.sum(axis=1, keepdims=True)
    rows = counts - losses + losses.sum(axis=1, keepdims=True) * unigram
    return np.where(totals > 0, rows / np.maximum(totals, 1), unigram)
""",
            "A pair that never occurred has nothing to lose",
        ),
        (
            "an array of whole numbers",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    result = np.zeros_like(counts)
    for h, row in enumerate(counts):
        losses = d1 * (row == 1) + d2 * (row >= 2)
        seen = row.sum() > 0
        result[h] = (row - losses + losses.sum() * unigram) / row.sum() if seen else unigram
    return result
""",
            "drops what follows the decimal point",
        ),
        (
            "the caller's counts are changed",
            """
import numpy as np

def two_discounts(counts, unigram, d1, d2):
    if counts.dtype.kind != "f":
        counts = counts.astype(float)
    totals = counts.sum(axis=1, keepdims=True)
    once, more = counts == 1, counts >= 2
    share = d1 * once.sum(axis=1, keepdims=True) + d2 * more.sum(axis=1, keepdims=True)
    counts[once] -= d1
    counts[more] -= d2
    return np.where(totals > 0, (counts + share * unigram) / np.maximum(totals, 1), unigram)
""",
            "Leave the caller's counts as they are",
        ),
    ],
    "q4": [
        (
            "the responsibilities are never computed again",
            """
import numpy as np

def em_weights(probs, steps):
    weights = np.ones(3) / 3
    shares = probs / probs.sum(axis=1, keepdims=True)
    values = [np.log(probs @ weights).sum()]
    for _ in range(steps):
        weights = shares.mean(axis=0)
        values.append(np.log(probs @ weights).sum())
    return weights, values
""",
            "The second step must start from the weights of the first",
        ),
        (
            "the wrong axis",
            """
import numpy as np

def em_weights(probs, steps):
    weights = np.ones(3) / 3
    values = [np.log(probs @ weights).sum()]
    for _ in range(steps):
        joint = probs * weights
        weights = (joint / joint.sum(axis=0)).sum(axis=0)
        weights = weights / weights.sum()
        values.append(np.log(probs @ weights).sum())
    return weights, values
""",
            "divide over axis 1",
        ),
        (
            "each token goes whole to one model",
            """
import numpy as np

def em_weights(probs, steps):
    weights = np.ones(3) / 3
    values = [np.log(probs @ weights).sum()]
    for _ in range(steps):
        best = (probs * weights).argmax(axis=1)
        weights = np.bincount(best, minlength=3) / len(probs)
        values.append(np.log(probs @ weights).sum())
    return weights, values
""",
            "do not give a token whole to its most probable model",
        ),
        (
            "tokens are not normalised one by one",
            """
import numpy as np

def em_weights(probs, steps):
    weights = np.ones(3) / 3
    values = [np.log(probs @ weights).sum()]
    for _ in range(steps):
        joint = (probs * weights).sum(axis=0)
        weights = joint / joint.sum()
        values.append(np.log(probs @ weights).sum())
    return weights, values
""",
            "Every token has one vote",
        ),
        (
            "base 2",
            """
import numpy as np

def em_weights(probs, steps):
    weights = np.ones(3) / 3
    values = [np.log2(probs @ weights).sum()]
    for _ in range(steps):
        joint = probs * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
        values.append(np.log2(probs @ weights).sum())
    return weights, values
""",
            "use the natural logarithm",
        ),
        (
            "the mean over the tokens",
            """
import numpy as np

def em_weights(probs, steps):
    weights = np.ones(3) / 3
    values = [np.log(probs @ weights).mean()]
    for _ in range(steps):
        joint = probs * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
        values.append(np.log(probs @ weights).mean())
    return weights, values
""",
            "the sum over the tokens, not the mean",
        ),
        (
            "the last value is missing",
            """
import numpy as np

def em_weights(probs, steps):
    weights, values = np.ones(3) / 3, []
    for _ in range(steps):
        joint = probs * weights
        values.append(np.log(joint.sum(axis=1)).sum())
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights, values or [np.log(probs @ weights).sum()]
""",
            "steps + 1 values",
        ),
        (
            "the logarithm of a product",
            """
import numpy as np

def em_weights(probs, steps):
    np.seterr(divide="ignore")
    weights = np.ones(3) / 3
    values = [np.log(np.prod(probs @ weights))]
    for _ in range(steps):
        joint = probs * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
        values.append(np.log(np.prod(probs @ weights)))
    return weights, values
""",
            "sum the logarithms instead",
        ),
        (
            "the mean of the models' logarithms",
            """
import numpy as np

def em_weights(probs, steps):
    np.seterr(all="ignore")
    weights = np.ones(3) / 3
    values = [(np.log(probs) @ weights).sum()]
    for _ in range(steps):
        joint = probs * weights
        weights = (joint / joint.sum(axis=1, keepdims=True)).mean(axis=0)
        values.append((np.log(probs) @ weights).sum())
    return weights, values
""",
            "not the weighted mean of the models' logarithms",
        ),
    ],
}
