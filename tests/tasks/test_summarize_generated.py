"""Requests for a summary, and what is kept of the answers."""

import pytest
import torch

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import BOOK
from lmbook.tasks.summarize_generated import beginning, summary_messages, write_summaries
from lmbook.tokenizers.bpe import BPETokenizer

TEXT = "A storm hit the coast. The coast road was closed. Cats sleep."


class Recorder(Chat):
    """A chat that answers with the number of each prompt's tokens, and keeps the batches."""

    def __init__(self):
        tokenizer = BPETokenizer.train(["Reader:\nBook:\n"] * 3, 270)
        config = LlamaConfig(
            vocab_size=tokenizer.vocab_size, n_positions=512, d_model=8, n_layers=1, n_heads=2,
            n_kv_heads=2, d_ff=8, tied=True, start_id=tokenizer.eos_id,
        )  # fmt: skip
        torch.manual_seed(0)
        super().__init__(Llama(config).eval(), tokenizer, BOOK, n_tokens=8)
        self.batches = []

    def answers(self, conversations, *args):
        self.batches.append([talk[0]["content"] for talk in conversations])
        return [f"{talk[0]['content'].split('.')[0]}. Two. Three." for talk in conversations]


@pytest.mark.parametrize(
    ("n_words", "n_sentences"), [(1, 1), (5, 1), (9, 1), (10, 2), (11, 2), (12, 3), (99, 3)]
)
def test_whole_sentences_are_kept_as_long_as_they_fit(n_words, n_sentences):
    # 5, 5 and 2 words: together 5, 10, 12
    kept = beginning(TEXT, n_words)
    assert TEXT.startswith(kept)
    assert kept.count(".") == n_sentences


def test_a_later_short_sentence_does_not_jump_the_queue():
    assert beginning(TEXT, 7) == "A storm hit the coast."  # "Cats sleep." would fit


def test_the_request_stands_behind_the_beginning_of_the_text():
    (message,) = summary_messages(TEXT, 2, 10)
    assert message["role"] == "user"
    assert message["content"] == (
        "A storm hit the coast. The coast road was closed.\n\n"
        "Summarize this article in 2 sentences."
    )
    assert summary_messages(TEXT, 1)[0]["content"].endswith("in 1 sentence.")


def test_summaries_come_in_the_order_of_the_texts_and_are_cut():
    chat = Recorder()
    texts = ["Long " * 20 + "one. Next.", "B.", "C is a bit longer."]
    found = write_summaries(chat, texts, n_sentences=2, batch_size=2)
    assert found == [f"{text.split('.')[0]}. Two." for text in texts]
    assert [len(batch) for batch in chat.batches] == [2, 1]
    assert chat.batches[1][0].startswith("Long")  # prompts of like length share a batch


def test_the_summary_of_a_text_is_what_the_chat_answers_to_its_request():
    recorder = Recorder()
    chat = Chat(recorder.model, recorder.tokenizer, BOOK, n_tokens=8)
    (answer,) = chat.answers([summary_messages(TEXT, 9)])
    assert write_summaries(chat, [TEXT], n_sentences=9)[0].split() == answer.split()


def test_no_text_needs_no_summary():
    assert write_summaries(Recorder(), []) == []


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="text is empty"):
        write_summaries(Recorder(), ["Fine.", " "])
