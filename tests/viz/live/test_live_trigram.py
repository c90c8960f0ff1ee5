"""The counted model of the page gives the probabilities of the package's back-off model."""

import json

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.kneser_ney import modified_kneser_ney
from lmbook.ngram.pruning import prune_by_entropy
from lmbook.viz.live import trigram as counted
from lmbook.viz.live.attention import LiveAttention
from lmbook.viz.live.bits import LiveBitsPerByte
from lmbook.viz.live.next import LiveNextWords
from lmbook.viz.live.sampler import LiveSampling
from lmbook.zoo.checkpoints import TOKENIZER_FILE, folder_of

CODE = """given.prefixes.map((ids) => {
  const opened = openModel(readFileSync(given.path));
  return Array.from(logSoftmax(readAll(opened, ids).logits));
})"""
PREFIXES = [[], [5], [5, 6], [9, 3, 5, 6], [0, 1], [11, 11, 11]]


def content():
    return json.loads((folder_of(counted.TOKENIZER_OF) / TOKENIZER_FILE).read_text("utf-8"))


def model_of(order, threshold):
    draw = np.random.default_rng(0)
    rows = [draw.integers(0, 12, size=draw.integers(3, 20)).tolist() for _ in range(60)]
    model = modified_kneser_ney(count_ngrams(rows, order, 12), (0.5, 1.0, 1.5))
    return prune_by_entropy(model, threshold) if threshold else model


@pytest.mark.parametrize("order", [2, 3, 5])
@pytest.mark.parametrize("threshold", [0, 1e-4])
def test_the_distribution_is_that_of_the_package(order, threshold, run_engine, tmp_path):
    model = model_of(order, threshold)
    (path := tmp_path / "m").write_bytes(counted.pack(model, content()))
    found = run_engine(CODE, {"path": str(path), "prefixes": PREFIXES})
    for prefix, log_probs in zip(PREFIXES, found, strict=True):
        expected = model.next_log_probs(torch.tensor(prefix, dtype=torch.long))
        assert_close(torch.tensor(log_probs, dtype=torch.float64), expected, atol=1e-5, rtol=0)


def test_the_trigram_of_the_plays_fits_in_the_page_and_is_that_of_the_package(run_engine, tmp_path):
    data = counted.trigram_file()
    assert len(data) < 1_500_000
    (path := tmp_path / "m").write_bytes(data)
    model, tokenizer = counted.trigram()
    texts = ["To be, or not to be: that is", "My lord", "", "Enter the king"]
    prefixes = [tokenizer.encode(text) for text in texts]
    found = run_engine(CODE, {"path": str(path), "prefixes": prefixes})
    for prefix, log_probs in zip(prefixes, found, strict=True):
        expected = model.next_log_probs(torch.tensor(prefix, dtype=torch.long))
        assert_close(torch.tensor(log_probs, dtype=torch.float64), expected, atol=1e-3, rtol=0)


def test_the_trigram_stands_beside_the_models_of_the_zoo():
    text = "To be, or not to be: that is"
    trigram, lstm = LiveNextWords(["trigram", "lstm-tiny"], text).example["models"]
    assert (trigram["title"], trigram["n"]) == ("trigram", lstm["n"])
    bits = {
        m["title"]: m["bits"]
        for m in LiveBitsPerByte(["trigram", "lstm-tiny"], text).example["models"]
    }
    model, tokenizer = counted.trigram()
    total = -model.log_probs(torch.tensor([tokenizer.encode(text)])).sum().item()
    assert bits["trigram"] == pytest.approx(total / np.log(2) / len(text))
    assert bits["lstm-tiny"] > 0


def test_a_vocabulary_beyond_16_bits_is_refused():
    model = modified_kneser_ney(count_ngrams([[1, 2, 40_000]], 2, 40_001), (0.5, 1.0, 1.5))
    with pytest.raises(ValueError, match="vocab_size=40001 does not fit in 16 bits"):
        counted.pack(model, content())


def test_the_trigram_writes_and_has_no_heads(run_engine, tmp_path):
    text = "To be, or not to be"
    assert LiveSampling("trigram", text).example["added"]
    with pytest.raises(ValueError, match="name='trigram' is no Transformer"):
        LiveAttention("trigram", text)
    (path := tmp_path / "m").write_bytes(counted.trigram_file())
    code = """await (async () => {
      const opened = openModel(readFileSync(given.path));
      const plan = { n: 6, next: () => 0.5, endId: -1 };
      return generate(opened, opened.tokenizer.encode(given.text), { topK: 1 }, plan, () => true);
    })()"""
    found = run_engine(code, {"path": str(path), "text": text}, script=str(LiveSampling._esm))
    model, tokenizer = counted.trigram()
    ids = tokenizer.encode(text)
    for token in found:
        assert token == int(model.next_log_probs(torch.tensor(ids)).argmax())
        ids.append(token)
    assert len(found) == 6
