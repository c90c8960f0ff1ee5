"""The book's own chat: what is packaged answers as its studies say, which fit the data."""

import pytest
import torch

from lmbook.data.sets.chats import load_instructions
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_template import BOOK
from lmbook.zoo import chat, checkpoints, studies
from lmbook.zoo.chat import load_chat_model
from tools.studies import instruction, preference

RECORDED = {"sft": ("instruction", "seed 0", "answers"), "dpo": ("preference", "gentle", "answers")}


def recorded(stage):
    study, run, field = RECORDED[stage]
    found = studies.results(study)[run][field]
    return found if stage == "sft" else found["dpo, seed 0"]


@pytest.mark.parametrize("stage", chat.STAGES)
def test_the_packaged_model_gives_the_recorded_answers(stage):
    model, tokenizer = load_chat_model(stage)
    assert not model.training
    asked = [row.instruction for row in load_instructions("test")][::6]
    found = Chat(model, tokenizer, BOOK, n_tokens=48).answers(
        [[{"role": "user", "content": text}] for text in asked]
    )
    same = sum(a == b for a, b in zip(found, recorded(stage)[::6], strict=True))
    # the weights are stored in 16 bits, those of DPO as matrices of low rank
    assert same >= (0.9 if stage == "sft" else 0.7) * len(found)


def test_the_loss_of_the_packaged_model_is_the_recorded_one():
    model, tokenizer = load_chat_model()
    rows = instruction.rows_of(load_instructions("test"), tokenizer, whole=False)
    found = instruction.loss_of(model, rows, model.config.start_id)
    wanted = studies.results("instruction")["seed 0"]["test loss"]["after"]
    assert found == pytest.approx(wanted, abs=0.002)  # recorded with three digits


def test_each_study_has_an_answer_to_each_test_instruction():
    n_asked = len(load_instructions("test"))
    for name, run in studies.results("instruction").items():
        assert len(run["answers"]) == n_asked, name
    for run in ("gentle", "dpo"):
        found = studies.results("preference")[run]
        assert {len(answers) for answers in found["answers"].values()} == {n_asked}
        assert {len(row) for rows in found["rewards"].values() for row in rows.values()} == {
            n_asked
        }


def test_the_studies_were_made_with_the_rates_that_stand_in_the_tool():
    found = studies.results("preference")
    assert (found["dpo"]["lr"], found["gentle"]["lr"]) == (preference.LR, preference.GENTLE_LR)


def test_grpo_goes_from_below_a_fifth_to_above_four_fifths_in_two_minutes():
    for name, run in studies.results("grpo").items():
        assert run["curve"][0][1] < 0.2 < 0.8 < run["curve"][-1][1], name
        assert run["taught"] + run["seconds"] < 120


def test_instruction_tuning_is_not_the_base_model():
    base, _ = checkpoints.load(chat.BASE)
    model, _ = load_chat_model()
    ids = torch.tensor([[1, 2, 3]])
    assert (model.log_probs(ids) - base.log_probs(ids)).abs().max() > 0.01


def test_another_stage_is_refused():
    with pytest.raises(ValueError, match="stage='rlhf' is none of sft, dpo"):
        load_chat_model("rlhf")


def test_a_damaged_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(chat, "FOLDER", tmp_path)
    (tmp_path / "sft.safetensors").write_bytes(b"no weights")
    with pytest.raises(ValueError, match=r"sft.safetensors does not hold a delta"):
        load_chat_model()
