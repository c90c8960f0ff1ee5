"""Answers of a model, whole and in pieces; conversations that are too long."""

from dataclasses import replace
from functools import partial

import pytest
import torch

from lmbook.decoding.filters import top_k
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives.causal import causal_loss
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_batches import inputs_and_targets
from lmbook.tasks.chat_template import BOOK, CHATML, exchanges
from lmbook.tokenizers.bpe import BPETokenizer

PAIRS = [("Hi", "Good day."), ("Wer?", "Bücher – 你好!")]


def asked(text):
    return [{"role": "user", "content": text}]


@pytest.fixture(scope="module")
def taught():
    """A model that has learnt two answers by heart."""
    torch.manual_seed(0)
    tokenizer = BPETokenizer.train(["Reader:\nBook:\n"] * 3, 270)
    config = LlamaConfig(
        vocab_size=tokenizer.vocab_size, n_positions=72, d_model=48, n_layers=2, n_heads=2,
        n_kv_heads=2, d_ff=64, tied=True, start_id=tokenizer.eos_id,
    )  # fmt: skip
    model = Llama(config)
    rows = [BOOK.encode(talk, tokenizer) for talk in exchanges(PAIRS)]
    inputs, targets = inputs_and_targets(rows, tokenizer.eos_id)
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    for _ in range(60):
        optimizer.zero_grad()
        loss = causal_loss(model(inputs)[0], targets)
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    return Chat(model.eval(), tokenizer, BOOK, n_tokens=40)


def test_answers_are_those_that_it_was_taught(taught):
    assert taught.answers([asked(question) for question, _ in PAIRS]) == [a for _, a in PAIRS]


def test_pieces_of_a_stream_are_whole_characters_and_make_the_answer(taught):
    pieces = list(taught.stream(asked("Wer?")))
    assert "".join(pieces) == PAIRS[1][1]
    assert len(pieces) > 5
    assert not any("\ufffd" in piece for piece in pieces)


def test_a_stream_leaves_the_callers_gradients_on(taught):
    next(taught.stream(asked("Hi")))
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_drawn_answers_are_those_of_generate(taught):
    drawn = taught.answers([asked("Hi")], torch.Generator().manual_seed(3), temperature=2.0)
    streamed = taught.stream(asked("Hi"), torch.Generator().manual_seed(3), temperature=2.0)
    assert "".join(streamed) == drawn[0]


def test_the_oldest_exchange_is_left_out_where_the_room_ends(taught):
    talk = [m for pair in exchanges(PAIRS[:1] * 3) for m in pair]
    ids = taught.prompt([*talk, *asked("Hi")])
    assert len(ids) <= 72 - 40
    assert taught.tokenizer.decode(ids, keep_special=True).endswith("Reader:\nHi</s>Book:\n")


def test_a_system_message_stays_where_the_room_ends(taught):
    template = replace(BOOK, headings={"system": "S:", **BOOK.headings})
    chat = Chat(taught.model, taught.tokenizer, template, n_tokens=36)
    talk = [m for pair in exchanges(PAIRS[:1] * 3) for m in pair]
    ids = chat.prompt([{"role": "system", "content": "be"}, *talk, *asked("Hi")])
    text = taught.tokenizer.decode(ids, keep_special=True)
    assert text.startswith("S:be</s>Reader:\nHi</s>") and text.endswith("Reader:\nHi</s>Book:\n")


def test_filters_reach_answers_and_streams(taught):
    drawing = {"temperature": 50.0, "filters": [partial(top_k, k=1)]}
    wanted = PAIRS[0][1]
    assert taught.answers([asked("Hi")], torch.Generator().manual_seed(0), **drawing) == [wanted]
    pieces = taught.stream(asked("Hi"), torch.Generator().manual_seed(0), **drawing)
    assert "".join(pieces) == wanted


def test_a_message_that_fits_nowhere_is_refused(taught):
    with pytest.raises(ValueError, match=r"the last one takes \d+ tokens, above .*: 32"):
        taught.prompt(asked("x" * 60))


def test_the_user_speaks_last(taught):
    with pytest.raises(ValueError, match="messages end with role 'assistant'"):
        taught.prompt(exchanges(PAIRS)[0])


def test_a_temperature_of_zero_is_refused(taught):
    with pytest.raises(ValueError, match="temperature=0"):
        list(taught.stream(asked("Hi"), temperature=0.0))


def test_an_answer_longer_than_the_model_is_refused(taught):
    with pytest.raises(ValueError, match="n_tokens=72 leaves no room"):
        Chat(taught.model, taught.tokenizer, BOOK, n_tokens=72)


def test_a_template_of_another_tokenizer_is_refused(taught):
    with pytest.raises(ValueError, match="is no special token"):
        Chat(taught.model, taught.tokenizer, CHATML)
