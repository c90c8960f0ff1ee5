"""Options are scored by what the model gives them, and compared in four ways."""

import math

import pytest
import torch

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.tasks.likelihood_choice import (
    NORMALIZATIONS,
    continuation_log_probs,
    few_shot_prompt,
    option_probabilities,
    score_options,
)
from lmbook.tokenizers.character import CharacterTokenizer

TOKENIZER = CharacterTokenizer.train(["abcdefghijklmnopqrstuvwxyzé :?\nAQ"])


class Unigram:
    """A model of the interface: "a" has probability 1/2, all others share the rest."""

    vocab_size = TOKENIZER.vocab_size

    def next_log_probs(self, prefix_ids):
        p = torch.full((self.vocab_size,), 0.5 / (self.vocab_size - 1))
        p[TOKENIZER.encode("a")[0]] = 0.5
        return p.log()

    def log_probs(self, ids):
        return self.next_log_probs(ids)[ids]


def test_the_prompt_by_hand():
    found = few_shot_prompt([("a?", "b")], "c?", before="Q: ", between="\nA:", after="\n")
    assert found == "Q: a?\nA: b\nQ: c?\nA:"


def test_length_and_frequency_by_hand():
    rest = math.log(0.5 / (TOKENIZER.vocab_size - 1))
    options = ["aaa", "é"]  # é has two bytes
    half = math.log(0.5)
    wanted = {
        "sum": [3 * half, rest],
        "token": [half, rest],
        "byte": [half, rest / 2],
        "pmi": [0, 0],
    }
    for normalize in NORMALIZATIONS:
        found = score_options(Unigram(), TOKENIZER, "Q", options, normalize, premise="A")
        assert found.tolist() == pytest.approx(wanted[normalize], abs=1e-6)


def test_a_sum_over_tokens_equals_the_steps_and_batches_change_nothing():
    torch.manual_seed(0)
    config = GPTConfig(
        vocab_size=TOKENIZER.vocab_size,
        start_id=0,
        n_positions=32,
        d_model=16,
        n_layers=1,
        n_heads=2,
        d_ff=32,
    )
    model = GPT(config).eval()
    prompts = [TOKENIZER.encode(text) for text in ("ab c", "", "some longer text")] * 7
    options = [TOKENIZER.encode(text) for text in ("d", "fgh", "a b")] * 7
    found = continuation_log_probs(model, prompts, options)
    for prompt, option, total in list(zip(prompts, options, found, strict=True))[:3]:
        steps = 0.0
        for k, token in enumerate(option):
            prefix = torch.tensor([*prompt, *option[:k]], dtype=torch.long)
            steps += model.next_log_probs(prefix)[token].item()
        assert total.item() == pytest.approx(steps, abs=1e-4)
    assert torch.allclose(found[:3], found[3:6], atol=1e-5)


def test_probabilities_sum_to_one_and_flatten_with_the_temperature():
    scores = torch.tensor([0.0, math.log(3)])
    assert option_probabilities(scores).tolist() == pytest.approx([0.25, 0.75])
    assert option_probabilities(scores, 1000).tolist() == pytest.approx([0.5, 0.5], abs=1e-3)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"options": ["a"]}, "options holds 1 option"),
        ({"options": ["a", ""]}, "options: '' has no token"),
        ({"normalize": "words"}, "normalize='words' is not one of sum, token, byte, pmi"),
    ],
)
def test_bad_options_are_named(changed, said):
    arguments = {"prompt": "Q", "options": ["a", "b"]} | changed
    with pytest.raises(ValueError, match=said):
        score_options(Unigram(), TOKENIZER, **arguments)


def test_bad_rows_are_named():
    with pytest.raises(ValueError, match="1 prompts for 2 continuations"):
        continuation_log_probs(Unigram(), [[0]], [[1], [2]])
    with pytest.raises(ValueError, match=r"continuations\[0\] is empty"):
        continuation_log_probs(Unigram(), [[0]], [[]])
    with pytest.raises(ValueError, match="temperature=0 is not a finite number above 0"):
        option_probabilities(torch.zeros(2), 0)
