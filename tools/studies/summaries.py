"""Compare ways to sum up a news article: python -m tools.studies.summaries.

All of them read the same beginning of the same test articles, on one thread, and give two
sentences; name some to run these alone:

``lead``       the first two sentences
``textrank``   the two that TextRank puts first
``encoder``    the two that lie nearest to the mean vector of MiniLM
``oracle``     the two that a greedy search finds best by ROUGE-1 against the standfirst
``smollm2``    two sentences that SmolLM2 writes, for the first 30 articles
``standfirst`` the standfirst itself, for what it claims

Scores of each article go to lmbook/zoo/studies/summaries.json, with the names and numbers that the
whole article lacks. The texts do not: they belong to their publishers. "seconds" is processor
time.
"""

import argparse
import sys
import time
from collections.abc import Callable

import torch

from lmbook.data.sets.standfirsts import Article, load_standfirsts
from lmbook.metrics.rouge import rouge
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import SMOLLM2
from lmbook.tasks.retrieve import SentenceEncoder
from lmbook.tasks.summarize import Choose, best_against, by_encoder, lead, summarize, textrank
from lmbook.tasks.summarize_facts import names_and_numbers, unsupported
from lmbook.tasks.summarize_generated import beginning, write_summaries
from lmbook.zoo import studies
from lmbook.zoo.pretrained import load_minilm, load_smollm2
from tools.studies._lines import write_lines

N_ARTICLES, N_WRITTEN, N_WORDS, N_SENTENCES = 60, 30, 250, 2
N_TOKENS, LONGEST_SENTENCE = 80, 64  # that SmolLM2 writes, that MiniLM reads
Texts = list[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ways", nargs="*", help=f"of {', '.join(WAYS)}; default all")
    names = parser.parse_args().ways or list(WAYS)
    torch.set_num_threads(1)
    store = studies.file_of("summaries")
    articles = load_standfirsts().test[:N_ARTICLES]
    for name in names:
        began = time.process_time()
        texts = WAYS[name](articles)
        seconds = round(time.process_time() - began, 1)
        found = {"seconds": seconds, **measured(texts, articles[: len(texts)])}
        print(name, seconds, texts[:2], flush=True)
        stored = studies.results("summaries") if store.is_file() else {}
        write_lines(store, stored | {name: found})
    return 0


def measured(texts: Texts, articles: list[Article]) -> dict[str, list]:
    """For each article: ROUGE against the standfirst (F1), words, names, those not in the text."""
    scores = rouge(texts, [article.standfirst for article in articles])
    pairs = list(zip(texts, articles, strict=True))
    return {
        **{kind: [round(float(x), 4) for x in score.f1] for kind, score in scores.items()},
        "words": [len(text.split()) for text in texts],
        "new_words": [new_words(text, article) for text, article in pairs],
        "names": [len(names_and_numbers(text)) for text in texts],
        "unsupported": [unsupported(text, article.text) for text, article in pairs],
    }


def new_words(text: str, article: Article) -> int:
    """How many of the summary's words are in no sentence of the article that was read."""
    known = set(read(article).casefold().split())
    return sum(word not in known for word in text.casefold().split())


def read(article: Article) -> str:
    return beginning(article.text, N_WORDS)


def extracts(choose: Callable[[Article], Choose]) -> Callable[[list[Article]], Texts]:
    """Summaries by the choice that is made for each article."""
    return lambda articles: [summarize(read(a), choose(a), N_SENTENCES) for a in articles]


def rouge1(summary: str, reference: str) -> float:
    return float(rouge([summary], [reference], ["rouge1"])["rouge1"].f1[0])


def with_encoder(articles: list[Article]) -> Texts:
    choose = by_encoder(SentenceEncoder(*load_minilm(), max_tokens=LONGEST_SENTENCE))
    return extracts(lambda article: choose)(articles)


def with_smollm2(articles: list[Article]) -> Texts:
    model, tokenizer, _ = load_smollm2()
    chat = Chat(model.to(torch.bfloat16), tokenizer, SMOLLM2, n_tokens=N_TOKENS)
    return write_summaries(chat, [a.text for a in articles[:N_WRITTEN]], N_SENTENCES, N_WORDS)


WAYS: dict[str, Callable[[list[Article]], Texts]] = {
    "lead": extracts(lambda article: lead),
    "textrank": extracts(lambda article: textrank),
    "encoder": with_encoder,
    "oracle": extracts(lambda article: best_against(article.standfirst, rouge1)),
    "smollm2": with_smollm2,
    "standfirst": lambda articles: [article.standfirst for article in articles],
}
"""A summary of each article."""

if __name__ == "__main__":
    sys.exit(main())
