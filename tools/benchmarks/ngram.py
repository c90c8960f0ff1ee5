"""N-gram models against KenLM's estimator and scorer and against NLTK."""

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import numpy as np
import torch

from lmbook.data.sets.corpora import Corpus
from lmbook.ngram.arpa import write_arpa
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.kneser_ney import modified_kneser_ney
from lmbook.tokenizers.vocabulary import Vocabulary
from lmbook.tokenizers.word import WordTokenizer, split_words

GOALS = {
    "modified Kneser-Ney, order 3": {"lmplz": "≤ 0.5", "nltk": "≤ 1/60"},
    "modified Kneser-Ney, order 5": {"lmplz": "≤ 0.3"},
    "text to ARPA file, order 3": {"lmplz": "≤ 1.3"},
    "score a text, order 3": {"kenlm": "≤ 2.5"},
    "score a text, order 5": {"kenlm": "≤ 2.5"},
}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """The work of the n-gram chapters, on the training and validation plays."""
    folder = Path(tempfile.mkdtemp(prefix="lmbook-bench-"))
    lines = [" ".join(split_words(speech)) for speech in corpus.speeches("train")]
    held_out = [" ".join(split_words(speech)) for speech in corpus.speeches("validation")]
    (folder / "train.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = WordTokenizer.train(corpus.speeches("train"))
    ids = [[*words.vocabulary.ids(line.split()), words.eos_id] for line in lines]
    work: dict[str, dict[str, Callable[[], object]]] = {}
    for order in (3, 5):
        peers: dict[str, Callable[[], object]] = {
            "lmbook": lambda order=order: modified_kneser_ney(
                count_ngrams(ids, order, words.vocab_size)
            )
        }
        peers |= _lmplz(folder, order)
        if order == 3:
            peers["nltk"] = lambda: _nltk_fit(lines)
        work[f"modified Kneser-Ney, order {order}"] = peers
    work["text to ARPA file, order 3"] = {
        "lmbook": lambda: _text_to_arpa(folder / "train.txt", folder / "ours.arpa")
    } | _lmplz(folder, 3)
    for order in (3, 5):
        work[f"score a text, order {order}"] = _scorers(folder, order, ids, words, held_out)
    return work


def _lmplz(folder: Path, order: int) -> dict[str, Callable[[], object]]:
    if shutil.which("lmplz") is None:
        return {}
    command = ["lmplz", "-o", str(order), "--text", "train.txt", "--arpa", "theirs.arpa"]
    command += ["-S", "1G", "-T", str(folder)]
    return {"lmplz": lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True)}


def _text_to_arpa(text: Path, arpa: Path) -> None:
    """From a file of words to a file of probabilities, vocabulary included."""
    rows = [line.split() for line in text.read_text(encoding="utf-8").splitlines()]
    vocabulary = Vocabulary(dict.fromkeys(word for row in rows for word in row))
    ids = ([*vocabulary.ids(row), vocabulary.eos_id] for row in rows)
    model = modified_kneser_ney(count_ngrams(ids, 3, len(vocabulary)))
    write_arpa(arpa, model, vocabulary.tokens)


def _nltk_fit(lines: list[str]) -> object:
    from nltk.lm import KneserNeyInterpolated
    from nltk.lm.preprocessing import padded_everygram_pipeline

    ngrams, vocabulary = padded_everygram_pipeline(3, [line.split() for line in lines])
    model = KneserNeyInterpolated(3)
    model.fit(ngrams, vocabulary)
    return model


def _scorers(
    folder: Path, order: int, ids: list[list[int]], words: WordTokenizer, held_out: list[str]
) -> dict[str, Callable[[], object]]:
    """Both begin from strings: splitting and look-up of words belong to the work."""
    model = modified_kneser_ney(count_ngrams(ids, order, words.vocab_size))
    numbers = {token: i for i, token in enumerate(words.vocabulary.tokens)} | {"<s>": model.bos_id}

    def score() -> float:
        """One row for the whole text; ``<s>`` between sentences begins anew."""
        names = " </s> <s> ".join([*held_out, ""]).split()[:-1]
        row = np.fromiter(map(numbers.get, names, repeat(0)), np.int64, len(names))
        scores = model.log_probs(torch.from_numpy(row)[None])[0]
        return -scores[torch.isfinite(scores)].sum().item()

    peers: dict[str, Callable[[], object]] = {"lmbook": score}
    if importlib.util.find_spec("kenlm"):
        kenlm = importlib.import_module("kenlm")
        path = folder / f"score{order}.arpa"
        write_arpa(path, model, words.vocabulary.tokens)
        theirs = kenlm.Model(str(path))
        n_tokens = sum(len(s.split()) + 1 for s in held_out)
        log10 = sum(map(theirs.score, held_out))
        np.testing.assert_allclose(score() / n_tokens, -np.log(10) * log10 / n_tokens, rtol=1e-6)
        peers["kenlm"] = lambda: sum(map(theirs.score, held_out))
    return peers


torch.set_num_threads(1)
