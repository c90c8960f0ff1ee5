"""The tables of the parts of networks and of the networks."""

import torch
from cases import Case, Entry, bools, floats, ids_tensor, or_none, whole

from lmbook.models import (
    bert,
    feedforward_lm,
    gpt,
    heads,
    llama,
    mixture,
    recurrent_lm,
    roberta,
    seq2seq,
    transformer,
    xlnet,
)
from lmbook.nn import embeddings, masks, positions

IDS = torch.tensor([[3, 4, 5], [5, 3, 4]])
SMALL = {"d_model": 8, "n_layers": 1, "n_heads": 2, "d_ff": 16, "dropout": 0.0}
CAUSAL = {
    "gpt.GPT": gpt.GPT(gpt.GPTConfig(vocab_size=8, n_positions=9, start_id=1, **SMALL)),
    "llama.Llama": llama.Llama(
        llama.LlamaConfig(vocab_size=8, n_positions=9, n_kv_heads=2, start_id=1, **SMALL)
    ),
    "recurrent_lm.RecurrentLM": recurrent_lm.RecurrentLM(
        recurrent_lm.RecurrentConfig(vocab_size=8, d_model=8, d_hidden=8)
    ),
    "feedforward_lm.FeedforwardLM": feedforward_lm.FeedforwardLM(
        feedforward_lm.FeedforwardConfig(vocab_size=8, d_model=8, d_hidden=8)
    ),
    "xlnet.XLNet": xlnet.XLNet(xlnet.XLNetConfig(vocab_size=8, start_id=1, **SMALL)),
}
TWO_SIDED = {
    "bert.Bert": bert.Bert(bert.BertConfig(vocab_size=8, n_positions=9, **SMALL)),
    "roberta.Roberta": roberta.Roberta(roberta.RobertaConfig(vocab_size=8, n_positions=9, **SMALL)),
}
TRANSFORMER = transformer.Transformer(
    transformer.TransformerConfig(vocab_size=8, n_positions=9, **SMALL)
)
SEQ2SEQ = seq2seq.Seq2Seq(
    seq2seq.Seq2SeqConfig(source_vocab_size=8, target_vocab_size=8, d_model=8, d_hidden=8)
)
MASK = torch.ones(2, 3, dtype=torch.bool)
LENGTHS = torch.tensor([3, 2])
# a mask of the right kind whose shape does not fit is a fault of another kind
MASKED = [*bools(2, 3), Case("whole numbers beyond 0 and 1", IDS)]


def of_parts():
    e, m, p = embeddings, masks, positions
    yield Entry(
        "nn.embeddings.one_hot",
        lambda: (e.one_hot, {"ids": IDS, "vocab_size": 8}),
        {"ids": ids_tensor(8)},
    )
    yield Entry(
        "nn.embeddings.check_ids",
        lambda: (e.check_ids, {"ids": IDS, "vocab_size": 8}),
        {"ids": ids_tensor(8)},
    )
    yield Entry(
        "nn.embeddings.TokenEmbedding.forward",
        lambda: (e.TokenEmbedding(8, 4), {"ids": IDS}),
        {"ids": ids_tensor(8)},
    )
    yield Entry(
        "nn.masks.padding_mask",
        lambda: (m.padding_mask, {"lengths": LENGTHS, "n_keys": 3}),
        {"lengths": ids_tensor(None, 2)},
    )
    yield Entry(
        "nn.masks.causal_mask",
        lambda: (m.causal_mask, {"n_queries": 2}),
        {"n_queries": whole(None)},
    )
    for name in ("same_document", "place_in_document"):
        yield Entry(
            f"nn.masks.{name}",
            lambda n=name: (getattr(m, n), {"documents": IDS}),
            {"documents": ids_tensor(None)},
        )
    yield Entry(
        "nn.masks.real_positions", lambda: (m.real_positions, {"mask": MASK}), {"mask": bools(2, 3)}
    )
    yield Entry(
        "nn.masks.masked_softmax",
        lambda: (m.masked_softmax, {"scores": torch.zeros(2, 3)}),
        {"scores": floats(2, 3), "mask": bools(2, 3)},
    )
    yield Entry(
        "nn.positions.Rotary.at",
        lambda: (p.Rotary(4).at, {"positions": IDS}),
        {"positions": ids_tensor(None)},
    )


def of_networks():
    for name, model in CAUSAL.items():
        two_stream = name.startswith("xlnet")
        base = (
            "two_stream_lm.TwoStreamLanguageModel"
            if two_stream
            else "causal_lm.CausalLanguageModel"
        )
        yield Entry(
            f"models.{name}.forward", lambda m=model: (m, {"ids": IDS}), {"ids": ids_tensor(8)}
        )
        yield Entry(
            f"models.{base}.log_probs of {name}",
            lambda m=model: (m.log_probs, {"ids": IDS}),
            {"ids": ids_tensor(8)},
        )
        yield Entry(
            f"models.{base}.next_log_probs of {name}",
            lambda m=model: (m.next_log_probs, {"prefix_ids": IDS[0]}),
            {"prefix_ids": ids_tensor(8, 2)},
        )
        if name.split(".")[0] in ("gpt", "llama", "xlnet"):
            yield Entry(
                f"models.{name}.hidden",
                lambda m=model: (m.hidden, {"ids": IDS}),
                {"ids": ids_tensor(8)},
            )
            yield Entry(
                f"models.{name}.logits",
                lambda m=model: (m.logits, {"hidden": torch.zeros(2, 3, 8)}),
                {"hidden": floats(2, 3, 8)},
            )
    for name in ("gpt.GPT", "llama.Llama"):
        yield Entry(
            f"models.causal_transformer.CausalTransformer.forward of {name}",
            lambda n=name: (CAUSAL[n], {"ids": IDS}),
            {"mask": bools(2, 3), "documents": or_none(ids_tensor(None))},
        )
    for name, model in TWO_SIDED.items():
        yield Entry(
            f"models.{name}.forward",
            lambda m=model: (m, {"ids": IDS}),
            {
                "ids": ids_tensor(8),
                "mask": MASKED,
                "types": or_none(ids_tensor(model.config.n_types)),
            },
        )
        yield Entry(
            f"models.{name}.position_ids",
            lambda m=model: (m.position_ids, {"ids": IDS, "mask": None}),
            {"ids": ids_tensor(None)},
        )
    encoder = TWO_SIDED["bert.Bert"]
    for name, head in {
        "MaskedLM": heads.MaskedLM(encoder),
        "PretrainingHeads": heads.PretrainingHeads(encoder),
        "SequenceClassifier": heads.SequenceClassifier(encoder, 3),
        "TokenClassifier": heads.TokenClassifier(encoder, 3),
        "SpanExtractor": heads.SpanExtractor(encoder),
    }.items():
        chosen = {"chosen": bools(2, 3)} if name in ("MaskedLM", "PretrainingHeads") else {}
        yield Entry(
            f"models.heads.{name}.forward",
            lambda h=head: (h, {"ids": IDS}),
            {"ids": ids_tensor(8), "mask": MASKED, **chosen},
        )
    yield Entry(
        "models.transformer.Transformer.forward",
        lambda: (TRANSFORMER, {"source": IDS, "target_inputs": IDS}),
        {
            "source": ids_tensor(8),
            "target_inputs": ids_tensor(8),
            "source_mask": MASKED,
            "target_mask": MASKED,
        },
    )
    yield Entry(
        "models.transformer.Transformer.encode",
        lambda: (TRANSFORMER.encode, {"source": IDS}),
        {"source": ids_tensor(8), "mask": MASKED},
    )
    yield Entry(
        "models.transformer.Transformer.start",
        lambda: (TRANSFORMER.start, {"source": IDS}),
        {"source": ids_tensor(8)},
    )
    yield Entry(
        "models.transformer.Transformer.step",
        lambda: (TRANSFORMER.step, {"ids": IDS[:, :1], "state": TRANSFORMER.start(IDS)}),
        {"ids": ids_tensor(8, 2, 1)},
    )
    both = {"source": IDS, "source_lengths": LENGTHS}
    yield Entry(
        "models.seq2seq.Seq2Seq.forward",
        lambda: (SEQ2SEQ, {**both, "target_inputs": IDS}),
        {
            "source": ids_tensor(8),
            "target_inputs": ids_tensor(8),
            "source_lengths": ids_tensor(None, 2),
        },
    )
    for name in ("encode", "greedy"):
        yield Entry(
            f"models.seq2seq.Seq2Seq.{name}",
            lambda n=name: (
                getattr(SEQ2SEQ, n),
                {**both, **({"max_length": 3} if n == "greedy" else {})},
            ),
            {"source": ids_tensor(8), "source_lengths": ids_tensor(None, 2)},
        )


def of_mixtures():
    first, second = list(CAUSAL.values())[:2]
    mixed = mixture.Mixture(first=first, second=second, weight=0.5)
    yield Entry(
        "models.mixture.Mixture.log_probs",
        lambda: (mixed.log_probs, {"ids": IDS}),
        {"ids": ids_tensor(8)},
    )
    yield Entry(
        "models.mixture.Mixture.next_log_probs",
        lambda: (mixed.next_log_probs, {"prefix_ids": IDS[0]}),
        {"prefix_ids": ids_tensor(8, 2)},
    )


def tables():
    yield from of_parts()
    yield from of_networks()
    yield from of_mixtures()
