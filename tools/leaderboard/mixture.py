"""The best network and the best counts together, named beside the models that stand alone."""

import time
from collections.abc import Mapping, Sequence

import torch

from lmbook.data.sets.corpora import Corpus
from lmbook.language_model import LanguageModel
from lmbook.models.mixture import Mixture, mixture_weight
from lmbook.tokenizers.base import Tokenizer
from lmbook.zoo import checkpoints
from tools.leaderboard.rows import NETWORKS, best_counts, count, score

NAME = "best network and 5-gram"
ORDER, VOCAB_SIZE = 5, 1024  # those of rows.BEST_COUNTS: a mixture needs the same tokens


def measure(name: str, corpus: Corpus) -> dict:
    """The numbers of the mixture of the best network with the 5-gram.

    Network and weight are chosen on the validation plays. ``seconds`` leave the network's own
    training out. Raises ``ValueError`` if the network's tokens are not those of the counts.
    """
    zoo = {packaged: checkpoints.card(packaged) for _, packaged in NETWORKS.values()}
    network = best_network(zoo)
    model, tokenizer = checkpoints.load(network)
    if not isinstance(model, LanguageModel):
        raise ValueError(f"{network} gives no probabilities to a text")
    began = time.process_time()
    counted = count(corpus, ORDER, VOCAB_SIZE, best_counts)
    if counted.tokenizer.tokens != tokenizer.tokens:
        raise ValueError(f"the tokens of {network} are not those that were counted")
    held_out = corpus.speeches("validation")
    first, second = (token_log_probs(m, tokenizer, held_out) for m in (model, counted.model))
    weight = mixture_weight(first, second)
    seconds = time.process_time() - began
    mixture = Mixture(first=model, second=counted.model, weight=weight)
    return {
        "network": network,
        "weight": round(weight, 4),
        "tokens": f"BPE {VOCAB_SIZE:,}",
        "bits_per_byte": round(score(mixture, tokenizer, corpus.speeches("test")), 6),
        "n_parameters": zoo[network]["n_parameters"],
        "n_ngrams": getattr(counted.model, "n_ngrams", 0),
        "seconds": round(seconds, 2),
    }


def best_network(cards: Mapping[str, dict]) -> str:
    """Of the networks over the tokens of the counts, the best on the validation plays.

    Raises ``ValueError`` if there is none.
    """
    bits = {
        name: card["validation"]["bits_per_byte"]
        for name, card in cards.items()
        if card["recipe"]["vocab_size"] == VOCAB_SIZE and "bits_per_byte" in card["validation"]
    }
    if not bits:
        raise ValueError(f"cards: no network with vocab_size={VOCAB_SIZE} was measured")
    return min(bits, key=lambda name: bits[name])


@torch.no_grad()
def token_log_probs(
    model: LanguageModel, tokenizer: Tokenizer, speeches: Sequence[str]
) -> torch.Tensor:
    """Log-probabilities of all tokens of the speeches, ends included, in their order."""
    rows = [torch.tensor([[*tokenizer.encode(s), tokenizer.eos_id]]) for s in speeches]
    return torch.cat([model.log_probs(row)[0].double() for row in rows])
