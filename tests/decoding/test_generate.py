"""Batched generation: the ids of transformers, of sampling one by one, and of any model."""

from functools import partial

import pytest
import torch

from lmbook.decoding.bare_gpt import bare_step
from lmbook.decoding.filters import top_k
from lmbook.decoding.generate import generate
from lmbook.decoding.sampling import sample
from lmbook.decoding.steps import as_prompts, inference, start_steps
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel
from lmbook.nn.attention import record_attention

START, EOS = 1, 2


@pytest.fixture
def prompts(encode) -> list[list[int]]:
    return [encode(text) for text in ("the ", "", "a bird s", "who", "a cat saw the d")]


def _seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _theirs(twin, prompts, n_tokens, **options) -> list[list[int]]:
    longest = max(map(len, prompts)) + 1
    rows = [[0] * (longest - len(p) - 1) + [START, *p] for p in prompts]
    mask = [[0] * (longest - len(p) - 1) + [1] * (len(p) + 1) for p in prompts]
    ids, mask = torch.tensor(rows), torch.tensor(mask)
    out = twin.generate(ids, attention_mask=mask, max_new_tokens=n_tokens, **options)
    rows = out[:, longest:].tolist()
    return [row[: row.index(EOS) + 1] if EOS in row else row for row in rows]


def test_greedy_ids_are_those_of_transformers(trained, twin, prompts):
    ours = generate(trained, prompts, 60, eos_id=EOS)
    assert ours == _theirs(twin, prompts, 60, do_sample=False)
    assert len({len(row) for row in ours}) > 1, "rows should end at different steps"
    assert any(row[-1] == EOS for row in ours)


def test_a_repetition_penalty_gives_the_ids_of_transformers(trained, twin, encode):
    prompts = [[START, *encode("the ")], [START, *encode("a do")]]  # START counts in both
    ours = generate(trained, prompts, 40, eos_id=EOS, penalty=3.0)
    assert ours == _theirs(twin, prompts, 40, do_sample=False, repetition_penalty=3.0)
    assert ours != generate(trained, prompts, 40, eos_id=EOS)


def test_a_batch_gives_what_each_prompt_gives_alone(trained, prompts):
    together = generate(trained, prompts, 40, eos_id=EOS)
    assert together == [generate(trained, [prompt], 40, eos_id=EOS)[0] for prompt in prompts]


def test_drawing_with_a_cache_is_drawing_without(trained, encode):
    prefix = encode("the ")
    keep = partial(top_k, k=5)
    (fast,) = generate(
        trained, [prefix], 40, eos_id=EOS, generator=_seeded(), filters=[keep], temperature=0.8
    )
    slow = sample(trained, 40, _seeded(), 0.8, torch.tensor(prefix), EOS, filters=[keep])
    assert fast == slow[len(prefix) :].tolist()


def test_a_model_without_a_cache_generates_too():
    model = MaximumLikelihoodModel(count_ngrams([[2, 3, 1], [3, 3, 2, 3, 1]], 2, 4))
    (row,) = generate(model, [[2]], 10, eos_id=1)
    assert row[:1] == [3]
    rows = generate(model, [[], [2, 3]], 30, eos_id=1, generator=_seeded())
    assert all(len(row) == 30 or row[-1] == 1 for row in rows)
    (drawn,) = generate(model, [[2]], 30, eos_id=1, generator=_seeded(3))
    assert drawn == sample(model, 30, _seeded(3), 1.0, torch.tensor([2]), 1)[1:].tolist()


def test_the_model_keeps_its_mode_and_no_tokens_are_no_work(trained):
    trained.train()
    assert generate(trained, [[], [5]], 0) == [[], []]
    greedy = generate(trained, [[]], 10)
    assert trained.training
    trained.eval()
    assert greedy == generate(trained, [[]], 10)


def test_a_text_may_fill_all_positions_and_no_more(trained):
    n = trained.config.n_positions
    (row,) = generate(trained, [[5, 6]], n - 2)
    assert len(row) == n - 2
    message = f"a prompt of 2 tokens and n_tokens={n - 1} exceed n_positions={n}"
    with pytest.raises(ValueError, match=message):
        generate(trained, [[5, 6]], n - 1)


def test_bare_steps_are_the_models_own(trained, prompts):
    def scores(model: object) -> list[torch.Tensor]:
        with inference(model):
            steps = start_steps(model, prompts, 4)
            seen = [steps.scores]
            for token in (5, 9, 7):
                steps.append(torch.full((len(prompts),), token))
                seen.append(steps.scores)
        return seen

    assert bare_step(trained) is not None
    bare = scores(trained)
    calls = []
    hook = trained.blocks[0].attention.query.register_forward_hook(lambda *_: calls.append(1))
    try:  # a model that is watched runs its own modules
        assert bare_step(trained) is None
        torch.testing.assert_close(bare, scores(trained), atol=1e-5, rtol=1e-5)
    finally:
        hook.remove()
    assert len(calls) == 4
    with record_attention(trained) as weights:
        generate(trained, [[5]], 3)
    assert len(weights) == 3 * trained.config.n_layers


def test_bad_input_is_named(trained):
    for message, options in (
        ("temperature=0.0 is not above 0", {"temperature": 0.0}),
        ("penalty=-1.0 is not above 0", {"penalty": -1.0}),
    ):
        with pytest.raises(ValueError, match=message):
            generate(trained, [[5]], 3, **options)
    with pytest.raises(ValueError, match="prompts is empty"):
        generate(trained, [], 3)
    with pytest.raises(ValueError, match="n_tokens=-1 is below 0"):
        generate(trained, [[5]], -1)
    with pytest.raises(ValueError, match=r"prompts\[1\]\[0\]: token id 32 is outside"):
        generate(trained, [[5], [32]], 3)
    nothing = lambda scores: scores - torch.inf  # noqa: E731
    with pytest.raises(ValueError, match="leave a row no token"):
        generate(trained, [[5]], 3, filters=[nothing])


def test_a_replaced_method_is_used_for_every_token(trained, encode, monkeypatch):
    from lmbook.models.gpt import GPT

    prompts, plain = [encode("the ")], generate(trained, [encode("the ")], 8)
    assert bare_step(trained) is not None
    original = trained.logits
    monkeypatch.setattr(trained, "logits", lambda hidden: original(hidden).roll(1, -1))
    assert bare_step(trained) is None
    replaced = generate(trained, prompts, 8)
    assert replaced != plain
    monkeypatch.undo()
    monkeypatch.setattr(GPT, "logits", lambda self, hidden: original(hidden).roll(1, -1))
    assert bare_step(trained) is None
    assert generate(trained, prompts, 8) == replaced
    monkeypatch.undo()
    block = trained.blocks[0]
    monkeypatch.setattr(block.feedforward, "forward", lambda x: 0 * x)
    assert bare_step(trained) is None
    monkeypatch.undo()
    assert generate(trained, prompts, 8) == plain


def test_ids_are_continued_as_they_are_without_a_start(trained, encode):
    rows = [encode("the "), encode("a bird s")]
    with_start = [[START, *row] for row in rows]
    assert generate(trained, with_start, 12, add_start=False) == generate(trained, rows, 12)
    alone = [generate(trained, [row], 12, add_start=False)[0] for row in rows]
    assert generate(trained, rows, 12, add_start=False) == alone
    ids = torch.tensor([rows[0]])
    with torch.no_grad():
        logits, _ = trained.eval()(ids)
    assert alone[0][0] == int(logits[0, -1].argmax())
    limit = trained.config.n_positions
    assert len(generate(trained, [[5]], limit, add_start=False)[0]) == limit
    with pytest.raises(ValueError, match="exceed n_positions"):
        generate(trained, [[5]], limit + 1, add_start=False)


def test_ids_as_they_are_need_a_cache_and_a_first_id(trained):
    with pytest.raises(
        ValueError, match=r"prompts\[1\] is empty, and add_start=False puts nothing"
    ):
        generate(trained, [[3], []], 2, add_start=False)
    counts = count_ngrams([[3, 4, 2]], 2, 5)
    with pytest.raises(ValueError, match="add_start=False needs a model with a cache; Maximum"):
        generate(MaximumLikelihoodModel(counts), [[3]], 2, add_start=False)


def test_arrays_and_tensors_are_prompts_too(trained, encode):
    ids = encode("the ")
    expected = generate(trained, [ids], 5)
    assert generate(trained, torch.tensor([ids]), 5) == expected
    assert generate(trained, [torch.tensor(ids)], 5) == expected


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        ([1, 2, 3], r"prompts\[0\]=1 is a number: a prompt is a list of ids"),
        (torch.tensor([1, 2, 3]), r"prompts\[0\]=tensor\(1\) is a number"),
        ("the", "prompts='the' is one string: put it in a list"),
        (["the"], r"prompts\[0\]='the' is one string"),
        (5, "prompts=5 is a int, not a list"),
        ([[1.5]], r"prompts\[0\]=\[1.5\] is no row of whole numbers"),
        ([[1], [99]], r"prompts\[1\]\[0\]: token id 99 is outside vocab_size="),
        ([[1, -1]], r"prompts\[0\]\[1\]: token id -1 is outside vocab_size="),
    ],
)
def test_what_is_no_list_of_prompts_is_named(prompts, message):
    with pytest.raises(ValueError, match=message):
        as_prompts(prompts, vocab_size=32)
