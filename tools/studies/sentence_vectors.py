"""Contrast without labels, from three starts: python -m tools.studies.sentence_vectors [start …].

Starts: "static" (the mean of MiniLM's embeddings of tokens, nothing else of it), "bert-tiny" (the
mean of our encoder's vectors) and "MiniLM" (trained by contrast on pairs when it was published).
Each is measured "before", and after SimCSE with seeds 0 to 2. The results go to
lmbook/zoo/studies/sentence_vectors.json: by "START, before" and "START, SimCSE, seed K", and
"shared words" for the measure that counts words.
"""

import json
import sys
import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lmbook.data.batches.windows import pad_rows
from lmbook.data.sets.parallel import plain
from lmbook.data.sets.similarity import SimilarPair, load_similarity
from lmbook.metrics.rank_correlation import spearman
from lmbook.metrics.ranking_curves import auroc
from lmbook.models.bert import Bert
from lmbook.models.heads import MaskedHead
from lmbook.objectives.contrastive import alignment, anisotropy, simcse_loss, uniformity
from lmbook.tasks.classify import mean_pool
from lmbook.training.pretraining import special_ids
from lmbook.zoo import checkpoints, studies
from lmbook.zoo.pretrained import load_minilm
from tools.studies._lines import write_lines

N_TRIPLES, SEEDS, TEMPERATURE, DROPOUT = 500, (0, 1, 2), 0.05, 0.1
# steps, sentences a step, learning rate
RECIPES = {
    "static": (100, 64, 1e-3), "bert-tiny": (100, 64, 3e-4), "MiniLM": (15, 32, 3e-5),
}  # fmt: skip
Row = dict[str, float]


class Static(nn.Module):
    """The mean of the embeddings of a text's tokens, some entries of which are dropped."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.table = nn.Embedding.from_pretrained(weight.detach().clone(), freeze=False)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.drop(self.table(ids))


def main() -> int:
    path = studies.file_of("sentence_vectors")
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    pairs = triples()
    results["shared words"] = ranks(pairs, torch.tensor([shared(p) for p in pairs]))
    for name in sys.argv[1:] or RECIPES:
        for key, row in rows(name, pairs):
            results[key] = row
            print(key, row, flush=True)
            write_lines(path, results)
    return 0


def triples() -> list[SimilarPair]:
    """Every k-th triple of the test part."""
    test = load_similarity().test
    n = len(test) // 3
    starts = [3 * (n * i // N_TRIPLES) for i in range(N_TRIPLES)]
    return [pair for begin in starts for pair in test[begin : begin + 3]]


def rows(name: str, pairs: list[SimilarPair]):
    """The start, and what three seeds make of it."""
    yield f"{name}, before", Embedder(name).measure(pairs)
    for seed in SEEDS:
        torch.manual_seed(seed)
        embedder, begin = Embedder(name), time.process_time()
        losses = embedder.fit(*RECIPES[name], torch.Generator().manual_seed(seed))
        seconds = round(time.process_time() - begin, 1)
        figures = {"seconds": seconds, "loss, first": losses[0], "loss, last": losses[1]}
        yield f"{name}, SimCSE, seed {seed}", embedder.measure(pairs) | figures


class Embedder:
    """A network and its tokenizer."""

    def __init__(self, name: str) -> None:
        model, self.tokenizer = load_minilm() if name != "bert-tiny" else ours()
        self.model = Static(model.embedding.weight) if name == "static" else model
        for part in self.model.modules():
            if isinstance(part, nn.Dropout):
                part.p = DROPOUT
        special = special_ids(self.tokenizer.special_tokens)
        self.ends = ([], []) if name == "static" else ([special.start], [special.end])
        self.pad = special.pad

    def vectors(self, texts: Sequence[str]) -> Tensor:
        begin, end = self.ends
        room = 30
        found = [[*begin, *self.tokenizer.encode(text)[:room], *end] for text in texts]
        ids, lengths = pad_rows(found, self.pad)
        mask = torch.arange(ids.shape[1]) < lengths[:, None]
        return mean_pool(self.model(ids, mask), mask)

    def fit(
        self, n_steps: int, batch_size: int, lr: float, draw: torch.Generator
    ) -> tuple[float, float]:
        """Means of the loss over the first and the last tenth of the steps."""
        sentences = load_similarity().sentences
        order = torch.randperm(len(sentences), generator=draw)[: n_steps * batch_size]
        optimizer, losses = torch.optim.AdamW(self.model.parameters(), lr, weight_decay=0), []
        self.model.train()
        for step, chosen in enumerate(order.split(batch_size)):
            texts = [sentences[i] for i in chosen.tolist()]
            loss = simcse_loss(lambda texts=texts: self.vectors(texts), TEMPERATURE)
            optimizer.param_groups[0]["lr"] = lr * min(1, (step + 1) / (0.1 * n_steps))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        self.model.eval()
        tenth = n_steps // 10
        first, last = (round(sum(part) / tenth, 4) for part in (losses[:tenth], losses[-tenth:]))
        return first, last

    @torch.no_grad()
    def measure(self, pairs: list[SimilarPair]) -> Row:
        self.model.eval()
        place = {text: i for i, text in enumerate(dict.fromkeys(t for p in pairs for t in p[:2]))}
        parts = [self.vectors(list(place)[i : i + 64]) for i in range(0, len(place), 64)]
        found = torch.cat(parts)
        ends = ([pair.first for pair in pairs], [pair.second for pair in pairs])
        sides = [found[[place[text] for text in side]] for side in ends]
        same = torch.tensor([pair.score == 2 for pair in pairs])
        space = {
            "alignment": alignment(sides[0][same], sides[1][same]),
            "uniformity": uniformity(sides[0][same]),
            "anisotropy": anisotropy(sides[0][same]),
        }
        cosines = torch.cosine_similarity(sides[0], sides[1])
        return ranks(pairs, cosines) | {name: round(x, 4) for name, x in space.items()}


def ours() -> tuple[Bert, checkpoints.Tokenizer]:
    model, tokenizer = checkpoints.load("bert-tiny")
    if not isinstance(model, MaskedHead):
        raise ValueError(f"bert-tiny is a {type(model).__name__}, which has no encoder")
    return model.encoder, tokenizer


def shared(pair: SimilarPair) -> float:
    first, second = (set(plain(text).split()) for text in pair[:2])
    return len(first & second) / len(first | second)


def ranks(pairs: list[SimilarPair], similarity: Tensor) -> Row:
    """Spearman with the scores, and how often a paraphrase is above a pair of another kind."""
    scores = torch.tensor([pair.score for pair in pairs])
    found = {"spearman": spearman(similarity, scores.float())}
    for name, other in (("alike", 1), ("random", 0)):
        chosen = scores != 1 - other
        found[f"auroc, {name}"] = auroc(similarity[chosen], (scores[chosen] == 2).long())
    return {name: round(value, 4) for name, value in found.items()}


if __name__ == "__main__":
    sys.exit(main())
