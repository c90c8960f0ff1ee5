"""A published model as a judge of answers: python -m tools.studies.judging.

SmolLM2 reads a test instruction and two different answers, before DPO and after, and the scores of
A and B as its next token are taken, in both orders. "verdicts" has for each pair the winner (0
before, 1 after, null if the verdicts differ), how often the answer shown first won, and the
log-odds of A over B with the answer before DPO shown first, and with the one after it. "seconds" is
processor time. What is found goes to lmbook/zoo/studies/judging.json.
"""

import sys
import time

import torch

from lmbook.tasks.chat_judge import judge_both_orders
from lmbook.tasks.chat_template import SMOLLM2
from lmbook.zoo import studies
from lmbook.zoo.pretrained import load_smollm2
from tools.studies._lines import write_lines
from tools.studies.preference import questions

N_JUDGED = 24
PROMPT = "Question: {asked}\nA: {a}\nB: {b}\nWhich answer is better, A or B? Reply with one letter."


def main() -> int:
    torch.set_num_threads(1)
    model, tokenizer, _ = load_smollm2()
    letters = [tokenizer.encode(letter)[0] for letter in "AB"]

    def log_odds(asked: str, a: str, b: str) -> float:
        said = PROMPT.format(asked=asked, a=a, b=b)
        row = SMOLLM2.encode([{"role": "user", "content": said}], tokenizer, add_heading=True)
        with torch.inference_mode():
            scores = model.logits(model.hidden(torch.tensor([row.ids]))[:, -1:])[0, 0]
        return (scores[letters[0]] - scores[letters[1]]).item()

    found = {}
    for run in ("gentle", "dpo"):
        begin, verdicts = time.process_time(), []
        answers = studies.results("preference")[run]["answers"]
        rows = zip(questions(), answers["sft"], answers["dpo, seed 0"], strict=True)
        for asked, old, new in [row for row in rows if row[1] != row[2]][:N_JUDGED]:
            odds = {(old, new): log_odds(asked, old, new), (new, old): log_odds(asked, new, old)}
            verdict = judge_both_orders(
                lambda a, b, odds=odds: "A" if odds[a, b] > 0 else "B", old, new
            )
            verdicts.append([*verdict, *(round(value, 3) for value in odds.values())])
        seconds = round(time.process_time() - begin, 1)
        found[run] = {"seconds": seconds, "verdicts": verdicts}
        print(run, seconds, flush=True)
    write_lines(studies.file_of("judging"), found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
