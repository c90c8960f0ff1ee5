"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "the distance is gap instead of gap + 1",
            "def skip_bigrams(sequences, gap):\n"
            "    return Counter(pair for ids in sequences for pair in zip(ids, ids[gap:]))",
            "The distance is gap + 1, not gap.",
        ),
        (
            "the sequences are joined first",
            "def skip_bigrams(sequences, gap):\n"
            "    ids = [word for sequence in sequences for word in sequence]\n"
            "    return Counter(zip(ids, ids[gap + 1 :]))",
            "A pair crosses from one sequence to the next.",
        ),
        (
            "only the pairs at distance one are counted",
            "def skip_bigrams(sequences, gap):\n"
            "    return Counter(pair for ids in sequences for pair in zip(ids, ids[1:]))",
            "The gap has no effect",
        ),
        (
            "a set loses the repeated pairs",
            "def skip_bigrams(sequences, gap):\n"
            "    return Counter({p for ids in sequences for p in zip(ids, ids[gap + 1 :])})",
            "A pair that occurs twice counts twice.",
        ),
    ],
    "q2": [
        (
            "e in place of 2",
            "import math\n"
            "def perplexity(log2_probs):\n"
            "    scores = [s for row in log2_probs for s in row]\n"
            "    return math.exp(-sum(scores) / len(scores))",
            "exponent of 2, not of e",
        ),
        (
            "the number of sequences as denominator",
            "def perplexity(log2_probs):\n"
            "    return 2 ** (-sum(map(sum, log2_probs)) / len(log2_probs))",
            "not by the number of sequences",
        ),
        (
            "the mean over sequences of their means",
            "def perplexity(log2_probs):\n"
            "    means = [sum(row) / len(row) for row in log2_probs]\n"
            "    return 2 ** (-sum(means) / len(means))",
            "do not average over sequences first",
        ),
        (
            "no minus sign",
            "def perplexity(log2_probs):\n"
            "    scores = [s for row in log2_probs for s in row]\n"
            "    return 2 ** (sum(scores) / len(scores))",
            "the minus sign is missing",
        ),
        (
            "impossible tokens are skipped",
            "import math\n"
            "def perplexity(log2_probs):\n"
            "    scores = [s for row in log2_probs for s in row if math.isfinite(s)]\n"
            "    return 2 ** (-sum(scores) / len(scores))",
            "One impossible token (-inf) makes the perplexity infinite.",
        ),
    ],
    "q3": [
        (
            "types and tokens exchanged",
            "def unseen_shares(train, test, n):\n"
            "    grams = lambda s: [tuple(x[i:i + n]) for x in s for i in range(len(x) - n + 1)]\n"
            "    seen, tokens = set(grams(train)), grams(test)\n"
            "    if not tokens:\n"
            "        return 0.0, 0.0\n"
            "    share = lambda g: sum(x not in seen for x in g) / len(g)\n"
            "    return share(set(tokens)), share(tokens)",
            "Tokens come first, types second",
        ),
        (
            "training n-grams that the test text lacks",
            "def unseen_shares(train, test, n):\n"
            "    grams = lambda s: [tuple(x[i:i + n]) for x in s for i in range(len(x) - n + 1)]\n"
            "    seen, tokens = set(grams(test)), grams(train)\n"
            "    if not tokens:\n"
            "        return 0.0, 0.0\n"
            "    share = lambda g: sum(x not in seen for x in g) / len(g)\n"
            "    return share(tokens), share(set(tokens))",
            "not the reverse",
        ),
        (
            "the last n-gram is lost",
            "def unseen_shares(train, test, n):\n"
            "    grams = lambda s: [tuple(x[i:i + n]) for x in s for i in range(len(x) - n)]\n"
            "    seen, tokens = set(grams(train)), grams(test)\n"
            "    if not tokens:\n"
            "        return 0.0, 0.0\n"
            "    share = lambda g: sum(x not in seen for x in g) / len(g)\n"
            "    return share(tokens), share(set(tokens))",
            "The last n-gram of each sequence counts too.",
        ),
        (
            "the sequences are joined first",
            "def unseen_shares(train, test, n):\n"
            "    train, test = [sum(train, [])], [sum(test, [])]\n"
            "    grams = lambda s: [tuple(x[i:i + n]) for x in s for i in range(len(x) - n + 1)]\n"
            "    seen, tokens = set(grams(train)), grams(test)\n"
            "    if not tokens:\n"
            "        return 0.0, 0.0\n"
            "    share = lambda g: sum(x not in seen for x in g) / len(g)\n"
            "    return share(tokens), share(set(tokens))",
            "No n-gram crosses from one sequence to the next.",
        ),
        (
            "a division by zero on a short text",
            "def unseen_shares(train, test, n):\n"
            "    grams = lambda s: [tuple(x[i:i + n]) for x in s for i in range(len(x) - n + 1)]\n"
            "    seen, tokens = set(grams(train)), grams(test)\n"
            "    share = lambda g: sum(x not in seen for x in g) / len(g)\n"
            "    return share(tokens), share(set(tokens))",
            "A test text without n-grams of this length",
        ),
    ],
    "q4": [
        (
            "always the most frequent word",
            "def sample_with(bigrams, uniforms, bos, eos):\n"
            "    ids = []\n"
            "    for u in uniforms:\n"
            "        row = bigrams[ids[-1] if ids else bos]\n"
            "        ids.append(max(row, key=row.get))\n"
            "        if ids[-1] == eos:\n"
            "            break\n"
            "    return ids",
            "the largest count does not",
        ),
        (
            "no stop at the end mark",
            "def sample_with(bigrams, uniforms, bos, eos):\n"
            "    ids = []\n"
            "    for u in uniforms:\n"
            "        row = bigrams[ids[-1] if ids else bos]\n"
            "        running = 0\n"
            "        for word in sorted(row):\n"
            "            running += row[word]\n"
            "            if running > u * sum(row.values()):\n"
            "                break\n"
            "        ids.append(word)\n"
            "    return ids",
            "Nothing comes after the end mark",
        ),
        (
            "reaches u where it must exceed it",
            "def sample_with(bigrams, uniforms, bos, eos):\n"
            "    ids = []\n"
            "    for u in uniforms:\n"
            "        row = bigrams[ids[-1] if ids else bos]\n"
            "        running = 0\n"
            "        for word in sorted(row):\n"
            "            running += row[word]\n"
            "            if running >= u * sum(row.values()):\n"
            "                break\n"
            "        ids.append(word)\n"
            "        if word == eos:\n"
            "            break\n"
            "    return ids",
            "The cumulative probability must exceed u",
        ),
        (
            "the order of the dictionary",
            "def sample_with(bigrams, uniforms, bos, eos):\n"
            "    ids = []\n"
            "    for u in uniforms:\n"
            "        row = bigrams[ids[-1] if ids else bos]\n"
            "        running = 0\n"
            "        for word in row:\n"
            "            running += row[word]\n"
            "            if running > u * sum(row.values()):\n"
            "                break\n"
            "        ids.append(word)\n"
            "        if word == eos:\n"
            "            break\n"
            "    return ids",
            "in increasing order of id",
        ),
    ],
}
