"""Live patching: the page recovers what the package does, and refuses what has no partner."""

import pytest
import torch

from lmbook.interpret.patching import logit_difference, patch_stream
from lmbook.viz.live.patching import LivePatching
from lmbook.zoo.checkpoints import load
from tests.viz.live.cases import PROMPTS

SCRIPT = str(LivePatching._esm)
RUNS = """const opened = openModel(readFileSync(given.path));
      const runs = given.texts.map((text) =>
        streamOf(opened, [opened.config.start_id, ...opened.tokenizer.encode(text)]));
      const lists = runs.map((run) => mostProbable(lastLogits(opened, endOf(run))));
      const pair = pairOf(lists);"""


@pytest.mark.parametrize("name", ["llama-tiny", "gpt-tiny"])
def test_the_page_recovers_what_patch_stream_recovers(name, run_engine, packed_model):
    code = f"""(() => {{
      {RUNS}
      const shares = runs[0].stream.map((row, depth) =>
        row.map((_, at) => shareOf(opened, runs, pair, depth, at)));
      return [pair, runs.map((run) => measured(opened, endOf(run), pair)), shares];
    }})()"""
    given = {"path": packed_model(name), "texts": PROMPTS}
    pair, ends, shares = run_engine(code, given, script=SCRIPT)
    model, tokenizer = load(name)
    rows = [torch.tensor([[model.config.start_id, *tokenizer.encode(text)]]) for text in PROMPTS]
    found = patch_stream(model, *rows, logit_difference(*(torch.tensor([i]) for i in pair)))
    assert ends == pytest.approx([found.clean, found.corrupt], abs=1e-3)
    assert torch.allclose(torch.tensor(shares), found.recovered, atol=1e-3, rtol=0)
    assert found.recovered.max() > 0.9
    stored = LivePatching(name, *PROMPTS).example
    assert stored["measured"] == [tokenizer.token(i) for i in pair]
    assert torch.allclose(torch.tensor(stored["shares"]), found.recovered, atol=1e-3, rtol=0)


def test_a_patch_computes_nothing_below_it_and_leaves_the_run_as_it_was(run_engine, packed_model):
    code = f"""(() => {{
      {RUNS}
      let n = 0;
      const block = opened.model.block;
      opened.model.block = function (...all) {{ n += 1; return block.apply(this, all); }};
      const counted = (depth, at) => {{
        n = 0;
        patchedEnd(opened, ...runs, depth, at);
        return n;
      }};
      const before = JSON.stringify(runs);
      return [counted(0, 0), counted(1, 3), counted(4, 3), JSON.stringify(runs) === before];
    }})()"""
    given = {"path": packed_model("llama-tiny"), "texts": PROMPTS}
    # four blocks over five positions; three over the last two; none
    assert run_engine(code, given, script=SCRIPT) == [20, 6, 0, True]


def test_prompts_of_different_lengths_are_refused_with_both_numbers(run_engine):
    code = "[[5, 5], [4, 7], [2, 3], [25, 25]].map(refusal)"
    same, fewer, single, long = run_engine(code, script=SCRIPT)
    assert same == ""
    assert fewer.startswith("The clean prompt has 3 tokens, the corrupt one 6.")
    assert single.startswith("The clean prompt has 1 token, the corrupt one 2.")
    assert long == "The prompts have 24 tokens; at most 23 are patched here."


def test_the_second_token_is_another_one(run_engine):
    code = "[pairOf([[4, 1], [3, 4]]), pairOf([[4, 1], [4, 2]])]"
    assert run_engine(code, script=SCRIPT) == [[4, 3], [4, 2]]


@pytest.mark.parametrize(
    ("name", "clean", "corrupt", "message"),
    [
        ("lstm-tiny", *PROMPTS, "name='lstm-tiny' is no GPT or Llama"),
        ("llama-tiny", "", "a", "text has 0 characters"),
        ("llama-tiny", "my lord", "my good lord", "corrupt has 4 tokens, clean 3"),
        ("llama-tiny", "a" * 60, "a" * 60, r"clean has \d+ tokens, the limit is 23"),
        ("llama-tiny", "my lord", "my lord", "is the measure of the corrupt run too"),
    ],
)
def test_what_cannot_be_patched_is_refused(name, clean, corrupt, message):
    with pytest.raises(ValueError, match=message):
        LivePatching(name, clean, corrupt)
