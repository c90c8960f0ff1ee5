"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "two places forward after each look",
            """
def learn_merges(word_counts, min_share):
    words = [(list(word), count) for word, count in word_counts.items()]
    merges = []
    for _ in range(50):
        counts = Counter()
        for symbols, count in words:
            for pair in itertools.pairwise(symbols):
                counts[pair] += count
        if not counts:
            return merges
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        if counts[best] < min_share * counts.total():
            return merges
        merges.append(best)
        for symbols, _ in words:
            i = 0
            while i < len(symbols) - 1:
                if (symbols[i], symbols[i + 1]) == best:
                    symbols[i : i + 2] = ["".join(best)]
                i += 2
    return merges
""",
            "Look at every place of a word",
        ),
        (
            "every word counts once",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += 1\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "counts twice",
        ),
        (
            "no stop by share",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] == 0:\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "Stop as soon as",
        ),
        (
            "a stop at an equal share",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] <= min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "is not below it",
        ),
        (
            "the number of pairs is never brought up to date",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    total = sum((len(word) - 1) * count for word, count in word_counts.items())\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * total:\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "Count the pairs afresh",
        ),
        (
            "the number of different pairs as denominator",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * len(counts):\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "not by the number of different pairs",
        ),
        (
            "the first pair that was seen",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = max(counts, key=counts.get)\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "not the first that was seen",
        ),
        (
            "the greatest of the equal pairs",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = max(counts, key=lambda pair: (counts[pair], pair))\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "not the greatest",
        ),
        (
            "the joined symbols are not put back",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    counts = Counter()\n"
            "    for word, count in word_counts.items():\n"
            "        for pair in zip(word, word[1:]):\n"
            "            counts[pair] += count\n"
            "    merges = []\n"
            "    while counts:\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            break\n"
            "        merges.append(best)\n"
            "        del counts[best]\n"
            "    return merges",
            "may be joined again",
        ),
        (
            "joined from right to left",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = len(symbols) - 2\n"
            "            while i >= 0:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i -= 1",
            "Join from left to right",
        ),
        (
            "joined by replacing text",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            '    words = [(" ".join(word), count) for word, count in word_counts.items()]\n'
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for text, count in words:\n"
            "            for pair in zip(text.split(), text.split()[1:]):\n"
            "                counts[pair] += count\n"
            "        if not counts:\n"
            "            return merges\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            '        words = [(t.replace(" ".join(best), "".join(best)), c) for t, c in words]',
            "Join symbols, not text",
        ),
        (
            "an error where no pair is left",
            "from collections import Counter\n"
            "def learn_merges(word_counts, min_share):\n"
            "    words = [(list(word), count) for word, count in word_counts.items()]\n"
            "    merges = []\n"
            "    while True:\n"
            "        counts = Counter()\n"
            "        for symbols, count in words:\n"
            "            for pair in zip(symbols, symbols[1:]):\n"
            "                counts[pair] += count\n"
            "        best = min(counts, key=lambda pair: (-counts[pair], pair))\n"
            "        if counts[best] < min_share * counts.total():\n"
            "            return merges\n"
            "        merges.append(best)\n"
            "        for symbols, _ in words:\n"
            "            i = 0\n"
            "            while i < len(symbols) - 1:\n"
            "                if (symbols[i], symbols[i + 1]) == best:\n"
            '                    symbols[i : i + 2] = ["".join(best)]\n'
            "                i += 1",
            "Words of one character hold no pair",
        ),
    ],
    "q2": [
        (
            "the shortest piece",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(i + 1, len(word) + 1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset, match.end())]\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "not the shortest",
        ),
        (
            "continuations without ##",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset, match.end())]\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "carries ##",
        ),
        (
            "## counts in the offsets",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset, match.end())]\n'
            "                break\n"
            "            piece = mark + word[i:end]\n"
            "            pieces.append((piece, offset + i, offset + i + len(piece)))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "leave it out of the offsets",
        ),
        (
            "only the rest of the word becomes [UNK]",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces.append(("[UNK]", offset + i, match.end()))\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "no piece before it is kept",
        ),
        (
            "the whole text becomes [UNK]",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                return [("[UNK]", 0, len(text))]\n'
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "the other words keep their pieces",
        ),
        (
            "[UNK] covers only the place that failed",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset + i, offset + i + 1)]\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "covers its whole word",
        ),
        (
            "positions start again in each word",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], 0, [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset, len(word))]\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "not of the word",
        ),
        (
            "every gap is taken for one space",
            "def encode_with_offsets(text, vocabulary):\n"
            "    found, offset = [], 0\n"
            "    for word in text.split():\n"
            "        pieces, i = [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset, offset + len(word))]\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], offset + i, offset + end))\n"
            "            i = end\n"
            "        found += pieces\n"
            "        offset += len(word) + 1\n"
            "    return found",
            "wider than one space",
        ),
        (
            "a search that takes choices back",
            "import re\n"
            'def split(word, vocabulary, mark=""):\n'
            "    if not word:\n"
            "        return []\n"
            "    for end in range(len(word), 0, -1):\n"
            "        if mark + word[:end] in vocabulary:\n"
            '            rest = split(word[end:], vocabulary, "##")\n'
            "            if rest is not None:\n"
            "                return [mark + word[:end], *rest]\n"
            "    return None\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        pieces, i = split(match[0], vocabulary), match.start()\n"
            "        if pieces is None:\n"
            '            found.append(("[UNK]", i, match.end()))\n'
            "        for n, piece in enumerate(pieces or ()):\n"
            "            end = i + len(piece) - 2 * (n > 0)\n"
            "            found.append((piece, i, end))\n"
            "            i = end\n"
            "    return found",
            "never taken back",
        ),
        (
            "positions in bytes",
            "import re\n"
            "def encode_with_offsets(text, vocabulary):\n"
            "    at = lambda i: len(text[:i].encode())\n"
            "    found = []\n"
            '    for match in re.finditer(r"\\S+", text):\n'
            "        word, offset, pieces, i = match[0], match.start(), [], 0\n"
            "        while i < len(word):\n"
            '            mark = "##" if i else ""\n'
            "            ends = range(len(word), i, -1)\n"
            "            end = next((e for e in ends if mark + word[i:e] in vocabulary), None)\n"
            "            if end is None:\n"
            '                pieces = [("[UNK]", offset, match.end())]\n'
            "                break\n"
            "            pieces.append((mark + word[i:end], at(offset + i), at(offset + end)))\n"
            "            i = end\n"
            "        found += pieces\n"
            "    return found",
            "characters, not bytes",
        ),
    ],
    "q3": [
        (
            "the longest word first",
            "def segment_at_most(text, log_probs, k):\n"
            "    words, start = [], 0\n"
            "    while start < len(text):\n"
            "        ends = range(len(text), start, -1)\n"
            "        end = next((e for e in ends if text[start:e] in log_probs), None)\n"
            "        if end is None:\n"
            "            return None\n"
            "        words.append(text[start:end])\n"
            "        start = end\n"
            "    return words if len(words) <= k else None",
            "the longest word first is not",
        ),
        (
            "k is ignored",
            "def segment_at_most(text, log_probs, k):\n"
            "    best = [(0.0, [])] + [None] * len(text)\n"
            "    for end in range(1, len(text) + 1):\n"
            "        for start in range(end):\n"
            "            word = text[start:end]\n"
            "            if best[start] is None or word not in log_probs:\n"
            "                continue\n"
            "            score, words = best[start]\n"
            "            score += log_probs[word]\n"
            "            if best[end] is None or score > best[end][0]:\n"
            "                best[end] = score, [*words, word]\n"
            "    return None if best[-1] is None else best[-1][1]",
            "k limits the number of words",
        ),
        (
            "one best beginning for each position",
            "def segment_at_most(text, log_probs, k):\n"
            "    best = [(0.0, [])] + [None] * len(text)\n"
            "    for end in range(1, len(text) + 1):\n"
            "        for start in range(end):\n"
            "            word = text[start:end]\n"
            "            if best[start] is None or word not in log_probs:\n"
            "                continue\n"
            "            score, words = best[start]\n"
            "            if len(words) == k:\n"
            "                continue\n"
            "            score += log_probs[word]\n"
            "            if best[end] is None or score > best[end][0]:\n"
            "                best[end] = score, [*words, word]\n"
            "    return None if best[-1] is None else best[-1][1]",
            "remember the best for each number of words",
        ),
        (
            "exactly k words",
            "def segment_at_most(text, log_probs, k):\n"
            "    paths = {0: (0.0, [])}\n"
            "    for _ in range(k):\n"
            "        longer = {}\n"
            "        for start, (score, words) in paths.items():\n"
            "            for end in range(start + 1, len(text) + 1):\n"
            "                word = text[start:end]\n"
            "                if word not in log_probs:\n"
            "                    continue\n"
            "                new = score + log_probs[word]\n"
            "                if end not in longer or new > longer[end][0]:\n"
            "                    longer[end] = new, [*words, word]\n"
            "        paths = longer\n"
            "    best = paths.get(len(text))\n"
            "    return None if best is None else best[1]",
            "not exactly k",
        ),
        (
            "one round too few",
            "def segment_at_most(text, log_probs, k):\n"
            "    paths = {0: (0.0, [])}\n"
            "    best = paths.get(len(text))\n"
            "    for _ in range(k - 1):\n"
            "        longer = {}\n"
            "        for start, (score, words) in paths.items():\n"
            "            for end in range(start + 1, len(text) + 1):\n"
            "                word = text[start:end]\n"
            "                if word not in log_probs:\n"
            "                    continue\n"
            "                new = score + log_probs[word]\n"
            "                if end not in longer or new > longer[end][0]:\n"
            "                    longer[end] = new, [*words, word]\n"
            "        paths = longer\n"
            "        whole = paths.get(len(text))\n"
            "        if whole and (best is None or whole[0] > best[0]):\n"
            "            best = whole\n"
            "    return None if best is None else best[1]",
            "not only k - 1",
        ),
        (
            "the fewest words",
            "def segment_at_most(text, log_probs, k):\n"
            "    paths = {0: (0.0, [])}\n"
            "    best = paths.get(len(text))\n"
            "    for _ in range(k):\n"
            "        longer = {}\n"
            "        for start, (score, words) in paths.items():\n"
            "            for end in range(start + 1, len(text) + 1):\n"
            "                word = text[start:end]\n"
            "                if word not in log_probs:\n"
            "                    continue\n"
            "                new = score + log_probs[word]\n"
            "                if end not in longer or new > longer[end][0]:\n"
            "                    longer[end] = new, [*words, word]\n"
            "        paths = longer\n"
            "        whole = paths.get(len(text))\n"
            "        if whole and best is None:\n"
            "            best = whole\n"
            "    return None if best is None else best[1]",
            "The fewest words are not always the best",
        ),
        (
            "a single character is always a word",
            "def segment_at_most(text, log_probs, k):\n"
            "    paths = {0: (0.0, [])}\n"
            "    best = paths.get(len(text))\n"
            "    for _ in range(k):\n"
            "        longer = {}\n"
            "        for start, (score, words) in paths.items():\n"
            "            for end in range(start + 1, len(text) + 1):\n"
            "                word = text[start:end]\n"
            "                if word not in log_probs and len(word) > 1:\n"
            "                    continue\n"
            "                new = score + log_probs.get(word, -100.0)\n"
            "                if end not in longer or new > longer[end][0]:\n"
            "                    longer[end] = new, [*words, word]\n"
            "        paths = longer\n"
            "        whole = paths.get(len(text))\n"
            "        if whole and (best is None or whole[0] > best[0]):\n"
            "            best = whole\n"
            "    return None if best is None else best[1]",
            "invent no word",
        ),
        (
            "no answer for the empty text",
            "def segment_at_most(text, log_probs, k):\n"
            "    paths = {0: (0.0, [])}\n"
            "    best = None\n"
            "    for _ in range(k):\n"
            "        longer = {}\n"
            "        for start, (score, words) in paths.items():\n"
            "            for end in range(start + 1, len(text) + 1):\n"
            "                word = text[start:end]\n"
            "                if word not in log_probs:\n"
            "                    continue\n"
            "                new = score + log_probs[word]\n"
            "                if end not in longer or new > longer[end][0]:\n"
            "                    longer[end] = new, [*words, word]\n"
            "        paths = longer\n"
            "        whole = paths.get(len(text))\n"
            "        if whole and (best is None or whole[0] > best[0]):\n"
            "            best = whole\n"
            "    return None if best is None else best[1]",
            "The empty text has the segmentation []",
        ),
        (
            "more words between equal sums",
            "def segment_at_most(text, log_probs, k):\n"
            "    paths = {0: (0.0, [])}\n"
            "    best = paths.get(len(text))\n"
            "    for _ in range(k):\n"
            "        longer = {}\n"
            "        for start, (score, words) in paths.items():\n"
            "            for end in range(start + 1, len(text) + 1):\n"
            "                word = text[start:end]\n"
            "                if word not in log_probs:\n"
            "                    continue\n"
            "                new = score + log_probs[word]\n"
            "                if end not in longer or new > longer[end][0]:\n"
            "                    longer[end] = new, [*words, word]\n"
            "        paths = longer\n"
            "        whole = paths.get(len(text))\n"
            "        if whole and (best is None or whole[0] >= best[0]):\n"
            "            best = whole\n"
            "    return None if best is None else best[1]",
            "Between equal sums",
        ),
    ],
    "q4": [
        (
            "bytes first, characters second",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [tokenizer.encode(text) for text in texts]\n"
            "    n_tokens = sum(map(len, encoded))\n"
            "    n_characters = sum(map(len, texts))\n"
            "    n_bytes = sum(len(text.encode()) for text in texts)\n"
            "    lossy = [t for t, ids in zip(texts, encoded) if tokenizer.decode(ids) != t]\n"
            "    return n_tokens / n_bytes, n_tokens / n_characters, lossy",
            "Characters come first",
        ),
        (
            "the texts that do come back",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [tokenizer.encode(text) for text in texts]\n"
            "    n_tokens = sum(map(len, encoded))\n"
            "    n_characters = sum(map(len, texts))\n"
            "    n_bytes = sum(len(text.encode()) for text in texts)\n"
            "    lossy = [t for t, ids in zip(texts, encoded) if tokenizer.decode(ids) == t]\n"
            "    return n_tokens / n_characters, n_tokens / n_bytes, lossy",
            "not those that do",
        ),
        (
            "the mean of the ratios",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [(t, tokenizer.encode(t)) for t in texts]\n"
            "    per_character = [len(ids) / len(t) for t, ids in encoded if t]\n"
            "    per_byte = [len(ids) / len(t.encode()) for t, ids in encoded if t]\n"
            "    lossy = [t for t, ids in encoded if tokenizer.decode(ids) != t]\n"
            "    n = len(per_byte)\n"
            "    return sum(per_character) / n, sum(per_byte) / n, lossy",
            "Add first, divide last",
        ),
        (
            "tokens per word",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [tokenizer.encode(text) for text in texts]\n"
            "    n_tokens = sum(map(len, encoded))\n"
            "    n_characters = sum(len(text.split()) for text in texts)\n"
            "    n_bytes = sum(len(text.encode()) for text in texts)\n"
            "    lossy = [t for t, ids in zip(texts, encoded) if tokenizer.decode(ids) != t]\n"
            "    return n_tokens / n_characters, n_tokens / n_bytes, lossy",
            "words have no part in it",
        ),
        (
            "different tokens only",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [tokenizer.encode(text) for text in texts]\n"
            "    n_tokens = sum(len(set(ids)) for ids in encoded)\n"
            "    n_characters = sum(map(len, texts))\n"
            "    n_bytes = sum(len(text.encode()) for text in texts)\n"
            "    lossy = [t for t, ids in zip(texts, encoded) if tokenizer.decode(ids) != t]\n"
            "    return n_tokens / n_characters, n_tokens / n_bytes, lossy",
            "also one that occurs again",
        ),
        (
            "ids are compared",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [tokenizer.encode(text) for text in texts]\n"
            "    n_tokens = sum(map(len, encoded))\n"
            "    n_characters = sum(map(len, texts))\n"
            "    n_bytes = sum(len(text.encode()) for text in texts)\n"
            "    again = lambda ids: tokenizer.encode(tokenizer.decode(ids))\n"
            "    lossy = [t for t, ids in zip(texts, encoded) if again(ids) != ids]\n"
            "    return n_tokens / n_characters, n_tokens / n_bytes, lossy",
            "Compare texts, not ids",
        ),
        (
            "texts are compared without their outer spaces",
            "def tokenizer_report(tokenizer, texts):\n"
            "    encoded = [tokenizer.encode(text) for text in texts]\n"
            "    n_tokens = sum(map(len, encoded))\n"
            "    n_characters = sum(map(len, texts))\n"
            "    n_bytes = sum(len(text.encode()) for text in texts)\n"
            "    decoded = [tokenizer.decode(ids) for ids in encoded]\n"
            "    lossy = [t for t, d in zip(texts, decoded) if t.strip() != d.strip()]\n"
            "    return n_tokens / n_characters, n_tokens / n_bytes, lossy",
            "spaces and capital letters count",
        ),
        (
            "an empty text is a division by zero",
            "def tokenizer_report(tokenizer, texts):\n"
            "    n_characters = n_bytes = n_tokens = 0\n"
            "    lossy = []\n"
            "    for text in texts:\n"
            "        ids = tokenizer.encode(text)\n"
            "        share = len(ids) / len(text)\n"
            "        n_characters += len(text)\n"
            "        n_bytes += len(text.encode())\n"
            "        n_tokens += share * len(text)\n"
            "        if tokenizer.decode(ids) != text:\n"
            "            lossy.append(text)\n"
            "    return n_tokens / n_characters, n_tokens / n_bytes, lossy",
            "An empty text adds no token",
        ),
    ],
}
