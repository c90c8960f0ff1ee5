"""The tables of preferences, policies and conversations."""

import torch
from cases import Case, Entry, bools, floats, ids_tensor, kind, number, rows, text, whole

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives import policy, preference
from lmbook.tasks import (
    chat,
    chat_batches,
    chat_judge,
    chat_policy,
    chat_reward,
    chat_template,
)
from lmbook.tokenizers.bpe import BPETokenizer

TOKENIZER = BPETokenizer.train(["ab ab"], 258)
CONFIG = LlamaConfig(
    vocab_size=TOKENIZER.vocab_size, n_positions=64, d_model=8, n_layers=1, n_heads=2,
    n_kv_heads=2, d_ff=16, start_id=0,
)  # fmt: skip
MODEL = Llama(CONFIG).eval()
ASKED = [{"role": "user", "content": "a"}]
ROW, OTHER = (chat_template.ChatRow([1, i], [False, True]) for i in (2, 3))
CHAT = chat.Chat(MODEL, TOKENIZER, chat_template.BOOK, n_tokens=4)
SIZES = [Case("another size", torch.zeros(4))]


def of_preferences():
    names = ("chosen", "rejected", "reference_chosen", "reference_rejected")
    logits, targets = torch.zeros(2, 3, 8), torch.zeros(2, 3, dtype=torch.long)
    for name in ("answer_log_probs", "token_log_probs"):
        yield Entry(
            f"objectives.preference.{name}",
            lambda n=name: (getattr(preference, n), {"logits": logits, "targets": targets}),
            {
                "logits": floats(2, 3, 8),
                "targets": [
                    *ids_tensor(8, 2, 3),
                    Case("no answer", targets - 100),
                    Case("another shape", targets[:, :2]),
                ],
            },
        )
    for name in ("dpo_loss", "ipo_loss"):
        yield Entry(
            f"objectives.preference.{name}",
            lambda n=name: (
                getattr(preference, n),
                {**dict.fromkeys(names, torch.zeros(3)), "beta": 1.0},
            ),
            {"beta": number(0.0, -1.0), **{key: [*floats(3, empty=True), *SIZES] for key in names}},
        )
    yield Entry(
        "objectives.preference.reward_loss",
        lambda: (preference.reward_loss, dict.fromkeys(names[:2], torch.zeros(3))),
        {key: [*floats(3, empty=True)] for key in names[:2]},
    )


def of_policies():
    yield Entry(
        "objectives.policy.group_advantages",
        lambda: (policy.group_advantages, {"rewards": torch.zeros(4), "group_size": 2}),
        {"rewards": floats(4), "group_size": [*whole(2), Case("no divisor", 3, ("4 rewards",))]},
    )
    rows_of = {
        "log_probs": torch.zeros(2, 3),
        "advantages": torch.zeros(2),
        "mask": torch.ones(2, 3, dtype=torch.bool),
    }
    cases = {
        "log_probs": floats(2, 3),
        "advantages": [*floats(2), *SIZES],
        "mask": [*bools(2, 3), Case("another shape", torch.ones(2, 4, dtype=torch.bool))],
    }
    yield Entry(
        "objectives.policy.policy_gradient_loss",
        lambda: (policy.policy_gradient_loss, rows_of),
        cases,
    )
    old = [*floats(2, 3), Case("another shape", torch.zeros(2, 4))]
    yield Entry(
        "objectives.policy.grpo_loss",
        lambda: (policy.grpo_loss, {**rows_of, "old_log_probs": torch.zeros(2, 3), "clip": 0.2}),
        {**cases, "old_log_probs": old, "clip": number(-0.1, 1.1)},
    )
    drawing = {
        "model": MODEL,
        "prompts": [[1]],
        "reward": lambda i, ids: 0.0,
        "group_size": 2,
        "n_tokens": 2,
        "end_id": 0,
        "generator": torch.Generator(),
    }
    yield Entry(
        "tasks.chat_policy.roll_out",
        lambda: (chat_policy.roll_out, drawing),
        {
            "prompts": rows(CONFIG.vocab_size, "empty"),
            "group_size": whole(2),
            "n_tokens": whole(1),
            "generator": kind(),
        },
    )


def of_conversations():
    messages = [
        Case("one string", "ab"),
        Case("number", 5),
        Case("empty", []),
        Case("texts", ["ab"], ("role",)),
        Case("an unknown role", [{"role": "tool", "content": "a"}], ("tool",)),
        Case("not in turn", ASKED * 2, ("assistant",)),
    ]
    template = chat_template.BOOK
    for name, more in (("complete", {}), ("render", {}), ("encode", {"tokenizer": TOKENIZER})):
        yield Entry(
            f"tasks.chat_template.ChatTemplate.{name}",
            lambda n=name, m=more: (getattr(template, n), {"messages": ASKED, **m}),
            {"messages": messages},
        )
    yield Entry(
        "tasks.chat.Chat",
        lambda: (
            chat.Chat,
            {"model": MODEL, "tokenizer": TOKENIZER, "template": template, "n_tokens": 4},
        ),
        {"model": kind(), "template": kind(), "n_tokens": [*whole(1), Case("too many", 64)]},
    )
    yield Entry(
        "tasks.chat.Chat.prompt", lambda: (CHAT.prompt, {"messages": ASKED}), {"messages": messages}
    )
    learnt = [Case("one string", "ab"), Case("number", 5), Case("empty", [])]
    yield Entry(
        "tasks.chat_batches.inputs_and_targets",
        lambda: (chat_batches.inputs_and_targets, {"rows": [ROW], "start_id": 0}),
        {"rows": [*learnt, Case("lists", [[1]])]},
    )
    yield Entry(
        "tasks.chat_batches.pair_batches",
        lambda: (
            chat_batches.pair_batches,
            {"pairs": [(ROW, OTHER)], "reference": MODEL, "batch_size": 1, "start_id": 0},
        ),
        {"pairs": [*learnt, Case("equal answers", [(ROW, ROW)])], "batch_size": whole(1)},
    )
    scored = {"ids": torch.zeros(2, 3, dtype=torch.long), "lengths": torch.tensor([1, 3])}
    yield Entry(
        "tasks.chat_reward.RewardModel.forward",
        lambda: (chat_reward.RewardModel(MODEL).forward, scored),
        {
            "ids": ids_tensor(CONFIG.vocab_size, 2, 3),
            "lengths": [
                Case("list", [1, 3]),
                Case("above", torch.tensor([1, 4])),
                Case("too few", torch.tensor([1])),
            ],
        },
    )


def of_judges():
    yield Entry(
        "tasks.chat_judge.read_verdict",
        lambda: (chat_judge.read_verdict, {"text": "A"}),
        {"text": [*text(), Case("neither", "Both", ("neither A nor B",))]},
    )
    yield Entry(
        "tasks.chat_judge.judge_both_orders",
        lambda: (
            chat_judge.judge_both_orders,
            {"judge": lambda a, b: "A", "first": "x", "second": "y"},
        ),
        {"first": [*text(), Case("equal", "y")], "second": [*text(), Case("equal", "x")]},
    )


def tables():
    yield from of_judges()
    yield from of_preferences()
    yield from of_policies()
    yield from of_conversations()
