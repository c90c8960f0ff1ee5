"""From preferences to a better model: python -m tools.studies.preference.

The start is the packaged model after instruction tuning. Steps, on one thread; name some to run
these alone:

``reward``   a reward model for each of three seeds learns the training preferences
``dpo``      DPO for each of three seeds; test answers, compared by the reward models
``gentle``   the same with a tenth of the learning rate. What seed 0 changed is packaged in
             lmbook/zoo/chat
``length``   DPO on pairs whose chosen answer is the longer one, and on the others

"seconds" is processor time. What is found goes to lmbook/zoo/studies/preference.json.
"""

import argparse
import copy
import sys
import time
from functools import cache

import torch
from torch import Tensor

from lmbook.data.sets.chats import Preference, load_instructions, load_preferences
from lmbook.models.llama import Llama
from lmbook.tasks.chat_batches import pair_batches, preference_loss
from lmbook.tasks.chat_reward import RewardModel, pairwise_loss, reward_batch
from lmbook.tasks.chat_template import BOOK, ChatRow, exchanges
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.zoo import studies
from lmbook.zoo.chat import FOLDER, load_chat_model
from lmbook.zoo.deltas import low_rank_delta, save_delta
from tools.studies._lines import write_lines
from tools.studies.instruction import answers_of

SEEDS = (0, 1, 2)
BATCH_SIZE, BETA, N_EPOCHS, LR, GENTLE_LR = 16, 0.1, 2, 5e-4, 5e-5
REWARD_EPOCHS, REWARD_LR = 3, 1e-3
EVERY, RANK = 5, 24
Pair = tuple[ChatRow, ChatRow]


def pairs_of(preferences: list[Preference], tokenizer: BPETokenizer) -> list[Pair]:
    better = exchanges((p.instruction, p.chosen) for p in preferences)
    worse = exchanges((p.instruction, p.rejected) for p in preferences)
    talks = zip(better, worse, strict=True)
    return [(BOOK.encode(a, tokenizer), BOOK.encode(b, tokenizer)) for a, b in talks]


def batches_of_rewards(pairs: list[Pair], start: int) -> list[tuple[Tensor, Tensor]]:
    order = sorted(pairs, key=lambda pair: len(pair[0].ids) + len(pair[1].ids))
    cuts = [order[i : i + BATCH_SIZE] for i in range(0, len(order), BATCH_SIZE)]
    return [reward_batch([a for a, _ in cut] + [b for _, b in cut], start) for cut in cuts]


def accuracy(model: RewardModel, pairs: list[Pair], start: int) -> float:
    """Share of the pairs whose chosen answer gets the greater reward."""
    batch = reward_batch([a for a, _ in pairs] + [b for _, b in pairs], start)
    with torch.no_grad():
        chosen, rejected = model(*batch).chunk(2)
    return (chosen > rejected).double().mean().item()


@cache
def reward_model(seed: int) -> tuple[RewardModel, dict]:
    torch.manual_seed(seed)
    body, tokenizer = load_chat_model()
    start = body.config.start_id
    model = RewardModel(body)
    train = pairs_of(load_preferences("train"), tokenizer)
    test = pairs_of(load_preferences("test"), tokenizer)
    batches = batches_of_rewards(train, start)
    optimizer = torch.optim.AdamW(model.parameters(), REWARD_LR, weight_decay=0.05)
    generator = torch.Generator().manual_seed(seed)
    losses, begin = [], time.process_time()
    for _ in range(REWARD_EPOCHS):
        for i in torch.randperm(len(batches), generator=generator).tolist():
            optimizer.zero_grad()
            loss = pairwise_loss(model, batches[i])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(round(loss.item(), 3))
    found = {"seconds": round(time.process_time() - begin, 1), "losses": losses}
    found |= {"train": accuracy(model, train, start), "test": accuracy(model, test, start)}
    return model.eval(), found


def reward() -> dict:
    return {f"seed {seed}": reward_model(seed)[1] for seed in SEEDS}


def run_dpo(
    seed: int, preferences: list[Preference], n_epochs: int = N_EPOCHS, lr: float = LR
) -> tuple[Llama, dict]:
    """DPO, and every five steps the mean change of both log-probabilities on the test pairs."""
    torch.manual_seed(seed)
    model, tokenizer = load_chat_model()
    reference = copy.deepcopy(model)
    start = model.config.start_id
    batches = pair_batches(pairs_of(preferences, tokenizer), reference, BATCH_SIZE, start)
    (test,) = pair_batches(pairs_of(load_preferences("test"), tokenizer), reference, 10**6, start)
    optimizer = torch.optim.AdamW(model.parameters(), lr)
    generator = torch.Generator().manual_seed(seed)
    curve, begin, step = [watch(model, test, 0)], time.process_time(), 0
    for _ in range(n_epochs):
        for i in torch.randperm(len(batches), generator=generator).tolist():
            optimizer.zero_grad()
            loss = preference_loss(model, batches[i], BETA).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            if step % EVERY == 0:
                curve.append({**watch(model, test, step), "train loss": round(loss.item(), 3)})
    return model, {"seconds": round(time.process_time() - begin, 1), "curve": curve}


def watch(model: Llama, batch: tuple[Tensor, Tensor, Tensor], step: int) -> dict:
    with torch.no_grad():
        found = preference_loss(model, batch, BETA)
    return {
        "step": step,
        "loss": round(found.loss.item(), 4),
        "right": round((found.chosen > found.rejected).double().mean().item(), 3),
        "chosen": round(found.chosen.mean().item() / BETA, 3),
        "rejected": round(found.rejected.mean().item() / BETA, 3),
    }


def questions() -> list[str]:
    return [row.instruction for row in load_instructions("test")]


def rewards_of(model: RewardModel, tokenizer: BPETokenizer, answers: list[str]) -> list[float]:
    talks = exchanges(zip(questions(), answers, strict=True))
    rows = [BOOK.encode(talk, tokenizer) for talk in talks]
    with torch.no_grad():
        found = model(*reward_batch(rows, model.body.config.start_id))
    return [round(value, 3) for value in found.tolist()]


def dpo() -> dict:
    return compare(LR)[0]


def gentle() -> dict:
    model, _ = load_chat_model()
    found, tuned = compare(GENTLE_LR)
    named = [dict(net.named_parameters()) for net in (model, tuned)]
    save_delta(FOLDER / "dpo.safetensors", low_rank_delta(*named, rank=RANK))
    return found


def compare(lr: float) -> tuple[dict, Llama]:
    """Answers before and after DPO, their rewards by each reward model, and seed 0's model."""
    model, tokenizer = load_chat_model()
    answers = {"sft": answers_of(model, tokenizer)}
    found: dict = {"lr": lr, "answers": answers, "rewards": {}}
    first = model
    for seed in SEEDS:
        tuned, found[f"seed {seed}"] = run_dpo(seed, load_preferences("train"), lr=lr)
        answers[f"dpo, seed {seed}"] = answers_of(tuned, tokenizer)
        first = tuned if seed == 0 else first
    for seed in SEEDS:
        scorer, _ = reward_model(seed)
        found["rewards"][f"seed {seed}"] = {
            name: rewards_of(scorer, tokenizer, rows) for name, rows in answers.items()
        }
    return found, first


def length() -> dict:
    """Mean words of an answer after DPO on pairs of one sort, three seeds each."""
    _, tokenizer = load_chat_model()
    pairs = load_preferences("train")
    longer = [p for p in pairs if len(p.chosen) > len(p.rejected)]
    sorts = {
        "chosen is longer": longer,
        "chosen is not longer": [p for p in pairs if p not in longer],
    }
    found: dict = {}
    for name, chosen in sorts.items():
        found[name] = {"n_pairs": len(chosen), "words": []}
        for seed in SEEDS:
            model, _ = run_dpo(seed, chosen)
            answers = answers_of(model, tokenizer)
            n_words = sum(len(answer.split()) for answer in answers) / len(answers)
            found[name]["words"].append(round(n_words, 2))
    return found


STEPS = {"reward": reward, "dpo": dpo, "gentle": gentle, "length": length}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", nargs="*", help=f"of {', '.join(STEPS)}; default all")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    store = studies.file_of("preference")
    for name in arguments.steps or STEPS:
        begin = time.process_time()
        found = STEPS[name]()
        # read late: another step may have been recorded meanwhile
        stored = studies.results("preference") if store.is_file() else {}
        stored[name] = {"seconds": round(time.process_time() - begin, 1), **found}
        print(name, stored[name]["seconds"], flush=True)
        write_lines(store, stored)
    return 0


if __name__ == "__main__":
    sys.exit(main())
