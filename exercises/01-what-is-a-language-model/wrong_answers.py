"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "natural logarithms",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    probs = [*token_probs, eos_prob]\n"
            "    return -sum(math.log(p) for p in probs) / len(text.encode())",
            "take logarithms to base 2",
        ),
        (
            "the end mark is forgotten",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    return -sum(math.log2(p) for p in token_probs) / len(text.encode())",
            "The end mark is coded too",
        ),
        (
            "characters in place of bytes",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    probs = [*token_probs, eos_prob]\n"
            "    return -sum(math.log2(p) for p in probs) / len(text)",
            "not by characters",
        ),
        (
            "tokens in place of bytes",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    probs = [*token_probs, eos_prob]\n"
            "    return -sum(math.log2(p) for p in probs) / len(token_probs)",
            "not by the number of tokens",
        ),
        (
            "the end mark counts as a byte",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    probs = [*token_probs, eos_prob]\n"
            "    return -sum(math.log2(p) for p in probs) / (len(text.encode()) + 1)",
            "adds bits but no byte",
        ),
        (
            "the logarithm of the product",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    product = math.prod(token_probs) * eos_prob\n"
            "    bits = -math.log2(product) if product else math.inf\n"
            "    return bits / len(text.encode())",
            "never multiply first",
        ),
        (
            "an error on probability 0",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    probs = [*token_probs, eos_prob]\n"
            "    return -sum(math.log2(p) for p in probs) / len(text.encode())",
            "infinity, not an error",
        ),
        (
            "impossible tokens are skipped",
            "import math\n"
            "def bits_per_byte(text, token_probs, eos_prob):\n"
            "    probs = [p for p in [*token_probs, eos_prob] if p > 0]\n"
            "    return -sum(math.log2(p) for p in probs) / len(text.encode())",
            "A token of probability 0 has no code",
        ),
    ],
    "q2": [
        (
            "the list begins again at its end",
            """
import math


def string_mass(stop, n):
    going_on = math.prod(1 - stop[t % len(stop)] for t in range(n + 1))
    return 1 - going_on, math.prod(1 - s for s in stop) if stop[-1] == 0 else 0.0
""",
            "does not begin again at its end",
        ),
        (
            "the stop probabilities are added",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    mass = sum(stop[min(t, len(stop) - 1)] for t in range(n + 1))\n"
            "    return mass, math.prod(1 - s for s in stop) if stop[-1] == 0 else 0.0",
            "do not add up the stop probabilities",
        ),
        (
            "n decisions in place of n + 1",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    going_on = math.prod(1 - stop[min(t, len(stop) - 1)] for t in range(n))\n"
            "    return 1 - going_on, math.prod(1 - s for s in stop) if stop[-1] == 0 else 0.0",
            "n tokens mean n + 1 decisions",
        ),
        (
            "the mass of length n alone",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    at = lambda t: stop[min(t, len(stop) - 1)]\n"
            "    mass = math.prod(1 - at(t) for t in range(n)) * at(n)\n"
            "    return mass, math.prod(1 - s for s in stop) if stop[-1] == 0 else 0.0",
            "not the length n alone",
        ),
        (
            "the list is cut where it ends",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    going_on = math.prod(1 - s for s in stop[: n + 1])\n"
            "    return 1 - going_on, math.prod(1 - s for s in stop) if stop[-1] == 0 else 0.0",
            "its last value holds for ever",
        ),
        (
            "what is longer than n counts as lost",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    going_on = math.prod(1 - stop[min(t, len(stop) - 1)] for t in range(n + 1))\n"
            "    return 1 - going_on, going_on",
            "not what is longer than n",
        ),
        (
            "the product over the list is always the loss",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    going_on = math.prod(1 - stop[min(t, len(stop) - 1)] for t in range(n + 1))\n"
            "    return 1 - going_on, math.prod(1 - s for s in stop)",
            "no mass is lost: it is used without end",
        ),
        (
            "nothing is ever lost",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    going_on = math.prod(1 - stop[min(t, len(stop) - 1)] for t in range(n + 1))\n"
            "    return 1 - going_on, 0.0",
            "A model that ceases to stop loses mass",
        ),
        (
            "everything is lost if the last value is 0",
            "import math\n"
            "def string_mass(stop, n):\n"
            "    going_on = math.prod(1 - stop[min(t, len(stop) - 1)] for t in range(n + 1))\n"
            "    return 1 - going_on, 1.0 if stop[-1] == 0 else 0.0",
            "not a loss of everything",
        ),
    ],
    "q3": [
        (
            "the bounds are exchanged",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    n = len(ranks)\n"
            "    q = sorted((c / n for c in Counter(ranks).values()), reverse=True) + [0]\n"
            "    low = sum(i * (q[i - 1] - q[i]) * math.log2(i) for i in range(1, len(q)))\n"
            "    return -sum(x * math.log2(x) for x in q[:-1]), low",
            "Return (lower, upper)",
        ),
        (
            "natural logarithms",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    n = len(ranks)\n"
            "    q = sorted((c / n for c in Counter(ranks).values()), reverse=True) + [0]\n"
            "    low = sum(i * (q[i - 1] - q[i]) * math.log(i) for i in range(1, len(q)))\n"
            "    return low, -sum(x * math.log(x) for x in q[:-1])",
            "the logarithm to base 2",
        ),
        (
            "no factor i in the lower bound",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    n = len(ranks)\n"
            "    q = sorted((c / n for c in Counter(ranks).values()), reverse=True) + [0]\n"
            "    low = sum((q[i - 1] - q[i]) * math.log2(i) for i in range(1, len(q)))\n"
            "    return low, -sum(x * math.log2(x) for x in q[:-1])",
            "the factor i is missing",
        ),
        (
            "the last share is left out",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    q = sorted((c / len(ranks) for c in Counter(ranks).values()), reverse=True)\n"
            "    low = sum(i * (q[i - 1] - q[i]) * math.log2(i) for i in range(1, len(q)))\n"
            "    return low, -sum(x * math.log2(x) for x in q)",
            "The last share counts as well",
        ),
        (
            "the shares are numbered from 2",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    n = len(ranks)\n"
            "    q = sorted((c / n for c in Counter(ranks).values()), reverse=True) + [0]\n"
            "    drops = [before - after for before, after in zip(q, q[1:])]\n"
            "    low = sum(i * drop * math.log2(i) for i, drop in enumerate(drops, start=2))\n"
            "    return low, -sum(x * math.log2(x) for x in q[:-1])",
            "The greatest share is q of 1",
        ),
        (
            "the shares are not sorted",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    counts = Counter(ranks)\n"
            "    q = [counts[i] / len(ranks) for i in range(1, max(ranks) + 2)]\n"
            "    low = sum(i * (q[i - 1] - q[i]) * math.log2(i) for i in range(1, len(q)))\n"
            "    return low, -sum(x * math.log2(x) for x in q if x)",
            "Sort the shares",
        ),
        (
            "counts in place of shares",
            "import math\n"
            "from collections import Counter\n"
            "def rearranged_bounds(ranks):\n"
            "    q = sorted(Counter(ranks).values(), reverse=True) + [0]\n"
            "    low = sum(i * (q[i - 1] - q[i]) * math.log2(i) for i in range(1, len(q)))\n"
            "    return low, -sum(x / len(ranks) * math.log2(x / len(ranks)) for x in q[:-1])",
            "divided by the number of letters",
        ),
    ],
    "q4": [
        (
            "two bases",
            """
import math


def channel_decision(observed, prior, channel, weight=1.0):
    ranked = []
    for word, p in prior.items():
        likelihood = channel.get(word, {}).get(observed, 0.0)
        if p > 0 and likelihood > 0:
            ranked.append((-math.log2(likelihood) - weight * math.log(p), -p, word))
    return min(ranked)[2] if ranked else None
""",
            "Both logarithms need one base",
        ),
        (
            "the channel alone",
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = [w for w in prior if prior[w] > 0 and get(w) > 0]\n"
            "    return min(words, key=lambda w: (-get(w), -prior[w], w), default=None)",
            "The prior belongs to the score",
        ),
        (
            "the prior alone",
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = [w for w in prior if prior[w] > 0 and get(w) > 0]\n"
            "    return min(words, key=lambda w: (-prior[w], w), default=None)",
            "The channel belongs to the score",
        ),
        (
            "the weight multiplies the prior itself",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = [w for w in prior if prior[w] > 0 and get(w) > 0]\n"
            "    score = lambda w: math.log(get(w)) + math.log((weight or 1) * prior[w])\n"
            "    return min(words, key=lambda w: (-score(w), -prior[w], w), default=None)",
            "not the prior itself",
        ),
        (
            "the weight on the channel",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = [w for w in prior if prior[w] > 0 and get(w) > 0]\n"
            "    score = lambda w: weight * math.log(get(w)) + math.log(prior[w])\n"
            "    return min(words, key=lambda w: (-score(w), -prior[w], w), default=None)",
            "The weight belongs to the prior, not to the channel",
        ),
        (
            "products in place of sums of logarithms",
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = [w for w in prior if prior[w] > 0 and get(w) > 0]\n"
            "    score = lambda w: get(w) * prior[w] ** weight\n"
            "    return min(words, key=lambda w: (-score(w), -prior[w], w), default=None)",
            "rounds to 0: add their logarithms",
        ),
        (
            "a factor of 0 is left out of the sum",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    log = lambda p: math.log(p) if p > 0 else 0.0\n"
            "    words = [w for w in prior if prior[w] > 0 or get(w) > 0]\n"
            "    score = lambda w: log(get(w)) + weight * log(prior[w])\n"
            "    return min(words, key=lambda w: (-score(w), -prior[w], w), default=None)",
            "that word cannot win",
        ),
        (
            "minus infinity times a weight of 0",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    log = lambda p: math.log(p) if p > 0 else -1e9\n"
            "    words = [w for w in prior if get(w) > 0]\n"
            "    score = lambda w: log(get(w)) + weight * log(prior[w])\n"
            "    return min(words, key=lambda w: (-score(w), -prior[w], w), default=None)",
            "impossible even at weight 0",
        ),
        (
            "the alphabet decides before the prior",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = sorted(w for w in prior if prior[w] > 0 and get(w) > 0)\n"
            "    score = lambda w: math.log(get(w)) + weight * math.log(prior[w])\n"
            "    return max(words, key=score, default=None)",
            "the greater prior wins",
        ),
        (
            "the order of the table",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    words = [w for w in prior if prior[w] > 0 and get(w) > 0]\n"
            "    score = lambda w: math.log(get(w)) + weight * math.log(prior[w])\n"
            "    return max(words, key=lambda w: (score(w), prior[w]), default=None)",
            "the alphabet decides",
        ),
        (
            "the best of the impossible words",
            "import math\n"
            "def channel_decision(observed, prior, channel, weight=1.0):\n"
            "    get = lambda w: channel.get(w, {}).get(observed, 0.0)\n"
            "    log = lambda p: math.log(p) if p > 0 else -math.inf\n"
            "    score = lambda w: log(get(w)) + weight * log(prior[w])\n"
            "    return min(prior, key=lambda w: (-score(w), -prior[w], w))",
            "the answer is None",
        ),
    ],
}
