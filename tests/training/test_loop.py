"""The loop learns, evaluates, stops, and says what went wrong."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import nn

from lmbook.data.batches.windows import stream_batches, window_batches
from lmbook.training.history import History
from lmbook.training.loop import train
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import FollowUp, OptimizerConfig

VOCAB_SIZE = 7


@dataclass(frozen=True, kw_only=True)
class TinyConfig:
    vocab_size: int = VOCAB_SIZE
    n_positions: int = 16


class Tiny(nn.Module):
    """Embedding, one recurrent layer, dropout, logits."""

    def __init__(self, dropout: float = 0.0, n_positions: int = 16) -> None:
        super().__init__()
        self.config = TinyConfig(n_positions=n_positions)
        self.embedding = nn.Embedding(VOCAB_SIZE, 8)
        self.lstm = nn.LSTM(8, 8, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(8, VOCAB_SIZE)
        self.seen_states = []

    def forward(self, ids, state=None):
        self.seen_states.append(state)
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.head(self.dropout(hidden)), state


def tiny(**arguments) -> Tiny:
    torch.manual_seed(0)
    return Tiny(**arguments)


def text(n: int = 400) -> torch.Tensor:
    """0 1 2 … 6 0 1 …: the next token is certain."""
    return torch.arange(n) % VOCAB_SIZE


def streams():
    return stream_batches(text(), batch_size=4, n_steps=8)


def batch():
    return next(streams())


def test_one_batch_is_learned_by_heart():
    history = train(tiny(), [batch()], n_steps=150, lr=0.03)
    assert history.losses[0] == pytest.approx(math.log(VOCAB_SIZE), abs=0.3)
    assert history.losses[-1] < 0.05


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_every_optimizer_lowers_the_loss(optimizer):
    history = train(
        tiny(), [batch()], n_steps=30, lr=0.02, optimizer=OptimizerConfig(name=optimizer)
    )
    assert history.losses[-1] < history.losses[0]


def test_history_has_an_entry_a_step_and_counts_the_real_targets():
    inputs, targets = batch()
    targets = targets.clone()
    targets[0, :3] = -100
    history = train(tiny(), [(inputs, targets)], n_steps=5, lr=0.01)
    assert len(history.losses) == len(history.grad_norms) == len(history.lrs) == 5
    assert history.n_tokens == 5 * (4 * 8 - 3)
    assert history.tokens_per_second == history.n_tokens / history.seconds > 0


def test_the_loop_is_the_obvious_loop():
    model, twin = tiny(), tiny()
    history = train(
        model,
        streams,
        n_steps=20,
        lr=0.01,
        optimizer=OptimizerConfig(weight_decay=0.1, clip_norm=0.5),
    )
    vectors = [p for p in twin.parameters() if p.dim() < 2]
    matrices = [p for p in twin.parameters() if p.dim() > 1]
    groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.01, weight_decay=0.1)
    batches = [*streams(), *streams()][:20]
    for step, (inputs, targets) in enumerate(batches):
        optimizer.zero_grad()
        logits, _ = twin(inputs)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        norm = nn.utils.clip_grad_norm_(twin.parameters(), 0.5)
        optimizer.step()
        assert history.losses[step] == loss.item()
        assert history.grad_norms[step] == norm.item()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_gradient_norms_are_those_before_clipping():
    unclipped = train(
        tiny(), [batch()], n_steps=1, lr=0.01, optimizer=OptimizerConfig(clip_norm=None)
    )
    clipped = train(
        tiny(), [batch()], n_steps=1, lr=0.01, optimizer=OptimizerConfig(clip_norm=0.001)
    )
    assert clipped.grad_norms == unclipped.grad_norms
    assert clipped.grad_norms[0] > 1e-3


def test_a_clipped_step_of_sgd_is_as_long_as_the_clip_norm():
    model = tiny()
    before = torch.cat([p.detach().flatten().clone() for p in model.parameters()])
    train(
        model, [batch()], n_steps=1, lr=1.0, optimizer=OptimizerConfig(name="sgd", clip_norm=0.01)
    )
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert (after - before).norm().item() == pytest.approx(1e-2, rel=1e-3)


def test_the_schedule_scales_the_learning_rate_of_each_step():
    schedule = warmup_cosine(2, 6, final_factor=0.0)
    history = train(
        tiny(),
        [batch()],
        n_steps=6,
        lr=0.5,
        schedule=schedule,
        optimizer=OptimizerConfig(name="sgd"),
    )
    assert history.lrs == [0.5 * schedule(step) for step in range(1, 7)]
    assert history.lrs[1] == 0.5


def test_evaluation_runs_on_schedule_and_at_the_end_without_dropout_or_gradients():
    modes = []

    def evaluate(model):
        modes.append((model.training, torch.is_grad_enabled()))
        return float(len(modes))

    model = tiny(dropout=0.5)
    history = train(
        model, streams, n_steps=7, lr=0.01, follow_up=FollowUp(evaluate=evaluate, every=3)
    )
    assert history.evaluations == [(3, 1.0), (6, 2.0), (7, 3.0)]
    assert history.best == (3, 1.0)
    assert modes == [(False, False)] * 3
    assert not model.training


def test_patience_stops_the_run_and_gives_the_best_weights_back():
    values = iter([3.0, 1.0, 2.0, 1.5, 0.0])
    kept = []

    def evaluate(model):
        kept.append(model.head.weight.clone())
        return next(values)

    model = tiny()
    history = train(
        model,
        streams,
        n_steps=100,
        lr=0.05,
        follow_up=FollowUp(evaluate=evaluate, every=2, patience=2),
    )
    assert history.stopped_early
    assert len(history.losses) == 8
    assert torch.equal(model.head.weight, kept[1])
    assert not torch.equal(kept[1], kept[3])


def test_patience_counts_from_the_best_and_a_tie_is_no_best():
    history = train(
        tiny(),
        streams,
        n_steps=9,
        lr=0.05,
        follow_up=FollowUp(evaluate=lambda m: 1.0, every=1, patience=3),
    )
    assert history.evaluations == [(step, 1.0) for step in (1, 2, 3, 4)]


def test_streams_hand_on_a_detached_state_and_drop_it_when_they_begin_again():
    model = tiny()
    n_batches = len(list(streams()))
    train(model, streams, n_steps=n_batches + 2, lr=0.01, stateful=True)
    begins = [state is None for state in model.seen_states]
    assert begins == [i % n_batches == 0 for i in range(n_batches + 2)]
    assert all(not part.requires_grad for s in model.seen_states if s is not None for part in s)


def test_without_stateful_every_batch_begins_anew():
    model = tiny()
    train(model, streams, n_steps=3, lr=0.01)
    assert model.seen_states == [None] * 3


def test_an_own_loss_gets_the_model_and_the_whole_batch():
    model = nn.Linear(2, 1)
    x = torch.randn(8, 2, generator=torch.Generator().manual_seed(0))

    def squared_error(model, batch):
        inputs, _, targets = batch
        return (model(inputs) - targets).square().mean()

    batches = [(x, x, x.sum(1, keepdim=True))]
    history = train(model, batches, n_steps=200, lr=0.05, loss=squared_error)
    assert history.losses[-1] < 1e-3


def test_the_same_seed_gives_the_same_run():
    def losses():
        generator = torch.Generator().manual_seed(1)
        batches = window_batches(text(), 4, 8, generator)
        return train(tiny(dropout=0.2), batches, n_steps=10, lr=0.01).losses

    assert losses() == losses()


def test_a_progress_bar_is_shown_only_when_wanted(capsys):
    train(tiny(), streams, n_steps=3, lr=0.01)
    assert capsys.readouterr() == ("", "")
    train(tiny(), streams, n_steps=3, lr=0.01, progress=True)
    bar = capsys.readouterr().err
    assert "3/3" in bar and "loss=" in bar and "tokens/s=" in bar
    assert "MFU" not in bar  # nobody publishes a CPU's peak


def test_a_loss_that_is_nan_names_the_step_and_the_last_finite_loss():
    def loss(model, batch):
        value = model(batch[0])[0].mean()
        return value * math.nan if len(seen) == 3 else value

    seen = []

    def evaluate(model):
        seen.append(1)
        return 0.0

    with pytest.raises(
        ValueError, match=r"loss of step 4 is nan; the last finite loss was -?0\.\d"
    ):
        train(
            tiny(),
            streams,
            n_steps=9,
            lr=0.01,
            loss=loss,
            follow_up=FollowUp(evaluate=evaluate, every=1),
        )


def test_a_loss_that_is_infinite_at_once_says_so():
    def loss(model, batch):
        return model(batch[0])[0].mean() + math.inf

    with pytest.raises(ValueError, match="loss of step 1 is inf; there was none before"):
        train(tiny(), streams, n_steps=9, lr=0.01, loss=loss)


def test_a_gradient_that_is_nan_names_the_step_and_changes_no_weight():
    model = tiny()
    before = model.head.weight.clone()

    def loss(model, batch):
        return (model(batch[0])[0] * 0.0).sum().sqrt()

    with pytest.raises(ValueError, match="gradient's norm of step 1 is nan"):
        train(model, streams, n_steps=9, lr=0.01, loss=loss)
    assert torch.equal(model.head.weight, before)


def test_an_evaluation_that_is_nan_names_the_step():
    with pytest.raises(ValueError, match="evaluation of step 2 is nan"):
        train(
            tiny(),
            streams,
            n_steps=9,
            lr=0.1,
            follow_up=FollowUp(evaluate=lambda m: math.nan, every=2),
        )


def test_an_empty_batch_names_the_step_and_its_shape():
    empty = torch.empty(0, 8, dtype=torch.long)
    with pytest.raises(
        ValueError, match=r"batch of step 2 is empty: shapes \[\(0, 8\), \(0, 8\)\]"
    ):
        train(tiny(), [batch(), (empty, empty)], n_steps=3, lr=0.01)


def test_a_sequence_beyond_the_models_limit_names_both_lengths():
    with pytest.raises(ValueError, match="step 1 has sequences of 8 tokens.*n_positions=5"):
        train(tiny(n_positions=5), streams, n_steps=3, lr=0.01)


def test_no_batch_at_all():
    with pytest.raises(ValueError, match="batches holds no batch"):
        train(tiny(), [], n_steps=3, lr=0.01)


def test_an_iterator_that_runs_out_asks_for_a_function():
    with pytest.raises(ValueError, match="ran out after 13.*pass a function"):
        train(tiny(), streams(), n_steps=100, lr=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_steps": 0}, "n_steps=0 is below 1"),
        ({"lr": 0.0}, "lr=0.0 is not a finite number above 0"),
        ({"lr": math.nan}, "lr=nan is not a finite number above 0"),
        ({"lr": math.inf}, "lr=inf is not a finite number above 0"),
        ({"n_accumulated": 0}, "n_accumulated=0 is below 1"),
        ({"precision": "float16"}, "precision='float16' is none of float32, bfloat16"),
        ({"stateful": True, "loss": lambda model, batch: batch[0]}, "stateful=True"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        train(tiny(), streams, **{"n_steps": 3, "lr": 0.01, **arguments})


def test_an_empty_history_has_no_best():
    with pytest.raises(ValueError, match="evaluations is empty"):
        _ = History().best
    assert History().tokens_per_second == 0.0
