"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "a list keeps what comes twice",
            """
def slips(word, neighbours):
    found = []
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found += [left + right, *(left + key + right for key in neighbours.get(letter, ""))]
        if right:
            found.append(left + right[0] + letter + right[1:])
    return sorted(text for text in found if text not in (word, ""))
""",
            "Each candidate once",
        ),
        (
            "the word itself is kept",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in neighbours.get(letter, ""))}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return sorted(found - {""})
""",
            "The word itself is no candidate",
        ),
        (
            "letters are inserted as well",
            """
from string import ascii_lowercase

def slips(word, neighbours):
    found = {word[:i] + c + word[i:] for i in range(len(word) + 1) for c in ascii_lowercase}
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in neighbours.get(letter, ""))}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return sorted(found - {word, ""})
""",
            "Nothing is inserted",
        ),
        (
            "any letter replaces a letter",
            """
from string import ascii_lowercase

def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in ascii_lowercase)}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return sorted(found - {word, ""})
""",
            "not the whole alphabet",
        ),
        (
            "a KeyError for a hyphen",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in neighbours[letter])}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return sorted(found - {word, ""})
""",
            "it is not an error",
        ),
        (
            "str.replace changes every occurrence",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(word.replace(letter, k) for k in neighbours.get(letter, ""))}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return sorted(found - {word, ""})
""",
            "replace one occurrence of the letter",
        ),
        (
            "letters far apart are swapped",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in neighbours.get(letter, ""))}
        for j in range(i + 1, len(word)):
            letters = list(word)
            letters[i], letters[j] = letters[j], letters[i]
            found.add("".join(letters))
    return sorted(found - {word, ""})
""",
            "Only letters side by side are swapped",
        ),
        (
            "the loop ends one letter early",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found.update(left + key + right for key in neighbours.get(letter, ""))
        if right:
            found |= {left + right, left + right[0] + letter + right[1:]}
    return sorted(found - {word, ""})
""",
            "leave out the last letter",
        ),
        (
            "the empty string is kept",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in neighbours.get(letter, ""))}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return sorted(found - {word})
""",
            "The empty string is no candidate",
        ),
        (
            "a set is returned",
            """
def slips(word, neighbours):
    found = set()
    for i, letter in enumerate(word):
        left, right = word[:i], word[i + 1 :]
        found |= {left + right, *(left + key + right for key in neighbours.get(letter, ""))}
        if right:
            found.add(left + right[0] + letter + right[1:])
    return found - {word, ""}
""",
            "Return a list in alphabetical order",
        ),
    ],
    "q2": [
        (
            "the margin of the logarithms",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    scores = log_priors + log_probs[:, tokens].sum(axis=1)
    second, first = np.sort(scores)[-2:]
    return None if first - second < limit else int(scores.argmax())
""",
            "a difference of probabilities, not of logarithms",
        ),
        (
            "the largest posterior instead of the margin",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    scores = log_priors + log_probs[:, tokens].sum(axis=1)
    posteriors = np.exp(scores - scores.max())
    posteriors /= posteriors.sum()
    return None if posteriors.max() < limit else int(posteriors.argmax())
""",
            "not the largest posterior",
        ),
        (
            "the joint probability instead of the posterior",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    joint = np.exp(log_priors + log_probs[:, tokens].sum(axis=1))
    second, first = np.sort(joint)[-2:]
    return None if first - second < limit else int(joint.argmax())
""",
            "the products alone are no posteriors",
        ),
        (
            "underflow on a long text",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    joint = np.exp(log_priors + log_probs[:, tokens].sum(axis=1))
    posteriors = joint / joint.sum()
    second, first = np.sort(posteriors)[-2:]
    return None if first - second < limit else int(posteriors.argmax())
""",
            "too small for a float",
        ),
        (
            "the prior is forgotten",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    scores = log_probs[:, tokens].sum(axis=1)
    posteriors = np.exp(scores - scores.max())
    posteriors /= posteriors.sum()
    second, first = np.sort(posteriors)[-2:]
    return None if first - second < limit else int(posteriors.argmax())
""",
            "Multiply the likelihood by the prior",
        ),
        (
            "a set of tokens",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    scores = log_priors + log_probs[:, sorted(set(tokens))].sum(axis=1)
    posteriors = np.exp(scores - scores.max())
    posteriors /= posteriors.sum()
    second, first = np.sort(posteriors)[-2:]
    return None if first - second < limit else int(posteriors.argmax())
""",
            "A token that occurs twice counts twice",
        ),
        (
            "declines at the limit itself",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    scores = log_priors + log_probs[:, tokens].sum(axis=1)
    posteriors = np.exp(scores - scores.max())
    posteriors /= posteriors.sum()
    second, first = np.sort(posteriors)[-2:]
    return int(posteriors.argmax()) if first - second > limit else None
""",
            "Only a margin below the limit declines",
        ),
        (
            "the last of equal classes",
            """
import numpy as np

def classify(tokens, log_priors, log_probs, limit):
    scores = log_priors + log_probs[:, tokens].sum(axis=1)
    posteriors = np.exp(scores - scores.max())
    posteriors /= posteriors.sum()
    second, first = np.argsort(posteriors, kind="stable")[-2:]
    return None if posteriors[first] - posteriors[second] < limit else int(first)
""",
            "Of equal posteriors take the class with the smallest number",
        ),
    ],
    "q3": [
        (
            "the sum instead of the mean",
            """
def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: -channel[i])
    scores = [c + weight * sum(s) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: -scores[i])
""",
            "divide by the length",
        ),
        (
            "the worst first",
            """
def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: channel[i])
    scores = [c + weight * sum(s) / len(s) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: scores[i])
""",
            "Best first",
        ),
        (
            "the channel is divided by the length too",
            """
def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: -channel[i] / len(token_scores[i]))
    scores = [(c + weight * sum(s)) / len(s) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: -scores[i])
""",
            "not the channel's score",
        ),
        (
            "the weight on the channel",
            """
def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: -channel[i])
    scores = [weight * c + sum(s) / len(s) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: -scores[i])
""",
            "The weight belongs to the language model",
        ),
        (
            "the end mark is not counted",
            """
def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: -channel[i])
    scores = [c + weight * sum(s) / (len(s) - 1) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: -scores[i])
""",
            "do not take one off",
        ),
        (
            "the logarithm of the mean probability",
            """
from math import exp, log

def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: -channel[i])
    means = [log(sum(map(exp, scores)) / len(scores)) for scores in token_scores]
    scores = [c + weight * mean for c, mean in zip(channel, means)]
    return sorted(range(len(channel)), key=lambda i: -scores[i])
""",
            "the mean of the logarithms",
        ),
        (
            "ties are turned around",
            """
def rerank(channel, token_scores, weight):
    if weight == 0:
        return sorted(range(len(channel)), key=lambda i: channel[i])[::-1]
    scores = [c + weight * sum(s) / len(s) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: scores[i])[::-1]
""",
            "Candidates with equal scores keep their order",
        ),
        (
            "zero times infinity",
            """
def rerank(channel, token_scores, weight):
    scores = [c + weight * sum(s) / len(s) for c, s in zip(channel, token_scores)]
    return sorted(range(len(channel)), key=lambda i: -scores[i])
""",
            "0 · (-inf) is not a number",
        ),
    ],
    "q4": [
        (
            "the share of the texts (micro)",
            """
def accuracy_by_length(gold, predicted, lengths, edges):
    result = []
    for low, high in zip(edges, edges[1:]):
        inside = [g == p for g, p, n in zip(gold, predicted, lengths) if low <= n < high]
        result.append(sum(inside) / len(inside) if inside else float("nan"))
    return result
""",
            "3/4 is the share of the texts",
        ),
        (
            "an absent language counts as 0",
            """
def accuracy_by_length(gold, predicted, lengths, edges):
    result, languages = [], set(gold)
    for low, high in zip(edges, edges[1:]):
        inside = [(g, p) for g, p, n in zip(gold, predicted, lengths) if low <= n < high]
        shares = []
        for language in languages:
            own = [g == p for g, p in inside if g == language]
            shares.append(sum(own) / max(len(own), 1))
        result.append(sum(shares) / len(shares) if inside else float("nan"))
    return result
""",
            "leave it out there, do not count it as 0",
        ),
        (
            "precision instead of recall",
            """
def accuracy_by_length(gold, predicted, lengths, edges):
    result = []
    for low, high in zip(edges, edges[1:]):
        inside = [(g, p) for g, p, n in zip(gold, predicted, lengths) if low <= n < high]
        shares = []
        for language in {g for g, _ in inside}:
            own = [g == p for g, p in inside if p == language]
            shares.append(sum(own) / max(len(own), 1))
        result.append(sum(shares) / len(shares) if inside else float("nan"))
    return result
""",
            "not among those that were taken for it",
        ),
        (
            "the bucket ends at its upper edge",
            """
def accuracy_by_length(gold, predicted, lengths, edges):
    result = []
    for low, high in zip(edges, edges[1:]):
        inside = [(g, p) for g, p, n in zip(gold, predicted, lengths) if low < n <= high]
        shares = []
        for language in {g for g, _ in inside}:
            own = [g == p for g, p in inside if g == language]
            shares.append(sum(own) / len(own))
        result.append(sum(shares) / len(shares) if inside else float("nan"))
    return result
""",
            "A length equal to an edge",
        ),
        (
            "an empty bucket is 0",
            """
def accuracy_by_length(gold, predicted, lengths, edges):
    result = []
    for low, high in zip(edges, edges[1:]):
        inside = [(g, p) for g, p, n in zip(gold, predicted, lengths) if low <= n < high]
        shares = []
        for language in {g for g, _ in inside}:
            own = [g == p for g, p in inside if g == language]
            shares.append(sum(own) / len(own))
        result.append(sum(shares) / max(len(shares), 1))
    return result
""",
            "A bucket without texts has nan",
        ),
        (
            "long texts join the last bucket",
            """
import numpy as np

def accuracy_by_length(gold, predicted, lengths, edges):
    result, where = [], np.searchsorted(edges[1:-1], lengths, side="right")
    for j in range(len(edges) - 1):
        inside = [(g, p) for g, p, b in zip(gold, predicted, where) if b == j]
        shares = []
        for language in {g for g, _ in inside}:
            own = [g == p for g, p in inside if g == language]
            shares.append(sum(own) / len(own))
        result.append(sum(shares) / len(shares) if inside else float("nan"))
    return result
""",
            "not put into the last one",
        ),
        (
            "np.digitize numbers the buckets from 1",
            """
import numpy as np

def accuracy_by_length(gold, predicted, lengths, edges):
    result, where = [], np.digitize(lengths, edges)
    for j in range(len(edges)):
        inside = [(g, p) for g, p, b in zip(gold, predicted, where) if b == j]
        shares = []
        for language in {g for g, _ in inside}:
            own = [g == p for g, p in inside if g == language]
            shares.append(sum(own) / len(own))
        result.append(sum(shares) / len(shares) if inside else float("nan"))
    return result
""",
            "The first result is that of the first bucket",
        ),
    ],
}
