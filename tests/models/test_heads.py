"""Heads on BERT and RoBERTa are those of transformers."""

import pytest
import torch
import transformers as hf
from torch.nn import functional as F

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import MaskedLM, SequenceClassifier, SpanExtractor, TokenClassifier
from lmbook.models.hf.weights import from_hf, to_hf_state_dict

SIZES = {
    "vocab_size": 64, "max_position_embeddings": 34, "hidden_size": 24, "num_hidden_layers": 3,
    "num_attention_heads": 4, "intermediate_size": 40, "layer_norm_eps": 1e-6,
}  # fmt: skip
CASES = {
    "BertForMaskedLM": (MaskedLM, 2, "cls.predictions.transform.LayerNorm"),
    "BertForSequenceClassification": (SequenceClassifier, 5, "classifier"),
    "BertForTokenClassification": (TokenClassifier, 5, "classifier"),
    "BertForQuestionAnswering": (SpanExtractor, 2, "qa_outputs"),
    "RobertaForMaskedLM": (MaskedLM, 2, "lm_head.layer_norm"),
    "RobertaForSequenceClassification": (SequenceClassifier, 5, "classifier.out_proj"),
    "RobertaForTokenClassification": (TokenClassifier, 5, "classifier"),
    "RobertaForQuestionAnswering": (SpanExtractor, 2, "qa_outputs"),
}


def logits_of(output):
    if hasattr(output, "start_logits"):
        return torch.stack([output.start_logits, output.end_logits], -1)
    return output.logits


@pytest.fixture(params=CASES)
def twins(request, parity, padded):
    kind, n_labels, last = CASES[request.param]
    make = getattr(hf, request.param)
    theirs = parity.randomize(make(make.config_class(**SIZES, num_labels=n_labels)))
    scaled = theirs.get_submodule(last)
    call = lambda: logits_of(theirs(input_ids=padded[0]))  # noqa: E731
    parity.spread(call, scaled.weight, scaled.bias)
    ours = from_hf(theirs)
    assert type(ours) is kind and not ours.training
    return ours, theirs


def test_logits_and_all_gradients_agree(twins, parity, padded):
    ours, theirs = twins
    ids, mask, _ = padded
    ids = ids.masked_fill(~mask, theirs.config.pad_token_id)
    wanted = logits_of(theirs(input_ids=ids, attention_mask=mask.long()))
    logits = ours(ids, mask)
    logits = torch.stack(logits, -1) if isinstance(logits, tuple) else logits
    parity.check(f"{type(theirs).__name__} logits", logits, wanted)
    for outputs in (logits, wanted):
        real = outputs if outputs.dim() == 2 else outputs[mask]
        F.cross_entropy(real, torch.arange(len(real)) % real.shape[-1]).backward()
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_weights_go_in_both_directions(twins, parity):
    parity.check_both_directions(twins[1], from_hf, to_hf_state_dict)


def small(**fields) -> Bert:
    torch.manual_seed(0)
    sizes = {"vocab_size": 11, "n_positions": 6, "d_model": 8, "n_layers": 1, "n_heads": 2}
    return Bert(BertConfig(**(sizes | {"d_ff": 12} | fields)))


IDS = torch.tensor([[3, 4, 5, 6], [7, 8, 9, 10]])


def test_segments_reach_the_encoder():
    types = torch.ones_like(IDS)
    for head in (MaskedLM(small()), SequenceClassifier(small(), 3), TokenClassifier(small(), 3)):
        head.eval()
        assert not torch.equal(head(IDS, None, types), head(IDS))


@pytest.mark.parametrize("kind", [MaskedLM, SequenceClassifier, TokenClassifier, SpanExtractor])
def test_one_batch_can_be_learned_by_heart(kind):
    encoder = small(dropout=0.0, attention_dropout=0.0)
    labelled = kind in (SequenceClassifier, TokenClassifier)
    head = kind(encoder, 3, 0.0) if labelled else kind(encoder)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        output = head(IDS)
        if kind is SequenceClassifier:
            loss = F.cross_entropy(output, torch.tensor([2, 0]))
        elif kind is SpanExtractor:
            loss = sum(F.cross_entropy(x, torch.tensor([1, 3])) for x in output)
        else:
            loss = F.cross_entropy(output.flatten(0, 1), IDS.flatten() % output.shape[-1])
        loss.backward()
        optimizer.step()
    assert loss < 0.1


def test_labels_and_encoders_that_do_not_fit_are_named():
    for kind in (SequenceClassifier, TokenClassifier):
        with pytest.raises(ValueError, match="n_labels=0 is below 1"):
            kind(small(), 0)
    with pytest.raises(ValueError, match="encoder has pooler=False"):
        SequenceClassifier(small(pooler=False), 2)
