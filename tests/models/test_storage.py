"""Models on disk: what comes back, and what is refused by name."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.storage import build_model, load_model, load_weights, save_model
from lmbook.models.transformer import Transformer, TransformerConfig

SIZES = {"vocab_size": 12, "d_model": 8, "d_hidden": 8}
HEADED = {
    "vocab_size": 12, "n_positions": 6, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16,
}  # fmt: skip
MODELS = {
    "feedforward": lambda: FeedforwardLM(FeedforwardConfig(**SIZES, n_context=3)),
    "feedforward, tied": lambda: FeedforwardLM(FeedforwardConfig(**SIZES, tied=True)),
    "rnn": lambda: RecurrentLM(RecurrentConfig(**SIZES, cell="rnn", n_layers=2)),
    "lstm, tied": lambda: RecurrentLM(RecurrentConfig(**SIZES, cell="lstm", tied=True)),
    "gru": lambda: RecurrentLM(RecurrentConfig(**SIZES, cell="gru", dropout=0.3)),
    "transformer": lambda: Transformer(TransformerConfig(**HEADED)),
    "gpt": lambda: GPT(GPTConfig(**HEADED, start_id=1)),
    "llama": lambda: Llama(LlamaConfig(**HEADED, n_kv_heads=1)),
    "llama, tied": lambda: Llama(LlamaConfig(**HEADED, n_kv_heads=2, tied=True)),
    "bert": lambda: Bert(BertConfig(**HEADED, pooler=False)),
    "roberta": lambda: Roberta(RobertaConfig(**HEADED)),
    "seq2seq": lambda: Seq2Seq(Seq2SeqConfig(source_vocab_size=12, target_vocab_size=9)),
}


@pytest.fixture(params=MODELS)
def model(request):
    torch.manual_seed(0)
    return MODELS[request.param]()


def recurrent(**fields) -> RecurrentLM:
    torch.manual_seed(1)
    return RecurrentLM(RecurrentConfig(**(SIZES | fields)))


def test_a_model_comes_back_with_its_configuration_and_every_weight(model, tmp_path):
    save_model(model, tmp_path / "new" / "folder")
    back = load_model(tmp_path / "new" / "folder")
    assert type(back) is type(model) and back.config == model.config and not back.training
    assert back.state_dict().keys() == model.state_dict().keys()
    for name, tensor in model.state_dict().items():
        assert torch.equal(back.state_dict()[name], tensor)


def test_a_model_that_came_back_gives_the_same_scores(tmp_path):
    model, ids = recurrent(n_layers=2), torch.tensor([[2, 3, 4], [5, 6, 7]])
    save_model(model, tmp_path)
    back = load_model(tmp_path)
    assert isinstance(back, CausalLanguageModel)
    assert torch.equal(back.log_probs(ids), model.log_probs(ids))


def test_tied_weights_are_stored_once_and_tied_again(tmp_path):
    save_model(recurrent(tied=True), tmp_path)
    assert "output.weight" not in load_file(tmp_path / "model.safetensors")
    back = load_model(tmp_path)
    assert back.output.weight is back.embedding.weight


def test_the_folder_holds_two_files_and_no_pickle(model, tmp_path):
    save_model(model, tmp_path)
    save_model(model, tmp_path)  # again, over the first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    assert json.loads((tmp_path / "config.json").read_text())["config"]["d_model"] > 0


def test_weights_in_half_precision_are_read_as_float32(tmp_path):
    model = recurrent()
    save_model(model, tmp_path)
    path = tmp_path / "model.safetensors"
    save_file({name: t.half() for name, t in load_file(path).items()}, path)
    back = load_model(tmp_path)
    assert back.output.weight.dtype == torch.float32
    assert_close(back.output.weight, model.output.weight, atol=1e-3, rtol=1e-3)


def test_weights_are_copied_into_a_model_of_the_same_sizes(tmp_path):
    model, other = recurrent(), RecurrentLM(RecurrentConfig(**SIZES))
    save_model(model, tmp_path)
    load_weights(other, tmp_path)
    assert torch.equal(other.output.weight, model.output.weight)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"vocab_size": 13}, "has vocab_size=12, and the model 13"),
        ({"d_hidden": 9}, "has d_hidden=8, and the model 9"),
        ({"cell": "gru"}, "has cell='lstm', and the model 'gru'"),
        ({"n_layers": 2}, "has n_layers=1, and the model 2"),
    ],
)
def test_a_checkpoint_of_other_sizes_is_refused_and_changes_nothing(fields, message, tmp_path):
    save_model(recurrent(), tmp_path)
    other = recurrent(**fields)
    before = other.output.weight.clone()
    with pytest.raises(ValueError, match=message):
        load_weights(other, tmp_path)
    assert torch.equal(other.output.weight, before)


def test_a_checkpoint_of_another_family_is_refused(tmp_path):
    save_model(recurrent(), tmp_path)
    model = MODELS["feedforward"]()
    with pytest.raises(ValueError, match="holds a recurrent_lm, and the model is a feedforward_lm"):
        load_weights(model, tmp_path)


def test_files_that_do_not_belong_together_are_refused_by_tensor(tmp_path):
    save_model(recurrent(), tmp_path / "a")
    for name, other in (("b", recurrent(d_model=7)), ("c", recurrent(n_layers=2))):
        save_model(other, tmp_path / name)
        weights = (tmp_path / name / "model.safetensors").read_bytes()
        (tmp_path / "a" / "model.safetensors").write_bytes(weights)
        message = {
            "b": r"'embedding.weight' has shape \(12, 7\), not \(12, 8\)",
            "c": "'recurrent.bias_hh_l1' is in the file, not in the model",
        }[name]
        with pytest.raises(ValueError, match=message):
            load_model(tmp_path / "a")
    tensors = load_file(tmp_path / "b" / "model.safetensors")
    del tensors["output.bias"]
    save_file(tensors, tmp_path / "b" / "model.safetensors")
    with pytest.raises(ValueError, match="'output.bias' is in the model, not in the file"):
        load_model(tmp_path / "b")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"family": "t5"},
            "family='t5' is not one of feedforward_lm, recurrent_lm, seq2seq",
        ),
        ({"config": {"vocab_size": 12, "n_heads": 2}}, "recurrent_lm has no field 'n_heads'"),
        ({"config": {"d_model": 8}}, "the configuration of recurrent_lm lacks 'vocab_size'"),
        ({"config": {"vocab_size": "12"}}, "vocab_size='12' is not of type int"),
        ({"config": {"vocab_size": 12, "tied": 1}}, "tied=1 is not of type bool"),
        ({"config": {"vocab_size": 12, "cell": "qrnn"}}, "cell='qrnn' is not one of"),
        ({"config": 3}, "does not describe a model"),
    ],
)
def test_a_configuration_of_another_kind_is_refused(change, message, tmp_path):
    save_model(recurrent(), tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path)


def test_what_is_missing_or_damaged_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no model in .*: config.json is missing"):
        load_model(tmp_path)
    save_model(recurrent(), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"model.safetensors is not a readable file of weights"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config.json does not describe a model"):
        load_model(tmp_path)


def test_what_a_formula_gives_is_not_stored(tmp_path):
    save_model(MODELS["transformer"](), tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    assert "positions" not in stored and stored["logits_bias"].shape == (1, 12)


def test_a_module_of_no_known_family_cannot_be_stored(tmp_path):
    class Larger(RecurrentLM):
        pass

    with pytest.raises(ValueError, match="Larger is not one of feedforward_lm"):
        save_model(Larger(RecurrentConfig(**SIZES)), tmp_path)


def test_a_model_that_its_configuration_does_not_describe_cannot_be_stored(tmp_path):
    model = MODELS["feedforward"]()
    model.extra = torch.nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"has the tensor 'extra\.bias'"):
        save_model(model, tmp_path / "more")
    del model.extra, model.output
    with pytest.raises(ValueError, match=r"lacks the tensor 'output\."):
        save_model(model, tmp_path / "less")
    assert not list(tmp_path.iterdir())


def test_saving_draws_no_number(tmp_path):
    model = recurrent()
    before = torch.get_rng_state()
    save_model(model, tmp_path)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_model_is_built_from_the_name_of_its_family():
    assert build_model("recurrent_lm", dict(SIZES)).config == RecurrentConfig(**SIZES)


def test_a_whole_number_may_stand_for_a_float():
    config = build_model("recurrent_lm", SIZES | {"dropout": 0}).config
    assert config == RecurrentConfig(**SIZES) and type(config.dropout) is float
