"""The tables of the tools that look into a network."""

import torch
from cases import Case, Entry, bools, floats, ids_tensor, kind, one_id, whole

from lmbook.interpret import attribution, capture, induction, lens, patching, sparse_autoencoder
from lmbook.models.gpt import GPT, GPTConfig

SIZE = 9
MODEL = GPT(
    GPTConfig(vocab_size=SIZE, start_id=0, n_positions=8, d_model=8, n_layers=2, n_heads=2, d_ff=8)
)
IDS, ROW = torch.zeros(2, 3, dtype=torch.long), torch.zeros(3, dtype=torch.long)
BOTH = {"model": MODEL, "ids": IDS}
OTHER = kind(torch.nn.Linear(2, 2))
STREAM = torch.zeros(3, 2, 3, 8)
AUTOENCODER = sparse_autoencoder.SparseAutoencoder(8, 12, 2)
SHORT = [Case("another shape", IDS[:, 1:], (r"\(2, 2\)", r"\(2, 3\)"))]
PAIR = {"model": MODEL, "clean": IDS, "corrupt": IDS, "measure": lambda logits: 0.0}
PAIR_CASES = {"model": OTHER, "clean": ids_tensor(SIZE), "corrupt": [*ids_tensor(SIZE), *SHORT]}
VECTORS = [*floats(2, 8), Case("another width", torch.zeros(2, 3), (r"\b3\b", r"\b8\b"))]


def of_capture():
    for name in ("residual_stream", "attention_weights", "head_outputs", "checked"):
        yield Entry(
            f"interpret.capture.{name}",
            lambda n=name: (getattr(capture, n), BOTH),
            {"model": OTHER, "ids": ids_tensor(SIZE)},
        )
    yield Entry(
        "interpret.lens.logit_lens",
        lambda: (lens.logit_lens, {"model": MODEL, "stream": STREAM}),
        {"model": OTHER, "stream": floats(3, 2, 3, 8)},
    )
    yield Entry(
        "interpret.lens.fit_tuned_lens",
        lambda: (lens.fit_tuned_lens, {"stream": STREAM, "penalty": 1.0}),
        {"stream": floats(3, 2, 3, 8), "penalty": [Case("text", "a"), Case("zero", 0.0)]},
    )


def of_attribution():
    for name in ("logit_parts", "score_of_vectors"):
        yield Entry(
            f"interpret.attribution.{name}",
            lambda n=name: (
                getattr(attribution, n),
                {"model": MODEL, "ids": ROW, "target_id": 1, "other_id": 2},
            ),
            {
                "model": OTHER,
                "ids": ids_tensor(SIZE, 3, empty=True),
                "target_id": [*one_id(SIZE), Case("None", None)],
                "other_id": one_id(SIZE),
            },
        )
    inputs, way = torch.ones(3), {"function": lambda x: x.sum(1), "baseline": torch.zeros(3)}
    yield Entry(
        "interpret.attribution.integrated_gradients",
        lambda: (attribution.integrated_gradients, {**way, "inputs": inputs, "n_steps": 3}),
        {
            "inputs": floats(3),
            "baseline": [*floats(3), Case("another shape", torch.zeros(2), (r"\(2,\)", r"\(3,\)"))],
            "n_steps": whole(),
        },
    )
    yield Entry(
        "interpret.attribution.completeness_error",
        lambda: (
            attribution.completeness_error,
            {**way, "inputs": inputs, "attributions": torch.ones(3)},
        ),
        {"inputs": floats(3), "baseline": floats(3)},
    )


def of_patching():
    for name in ("patch_stream", "patch_heads"):
        yield Entry(
            f"interpret.patching.{name}", lambda n=name: (getattr(patching, n), PAIR), PAIR_CASES
        )
    yield Entry(
        "interpret.patching.patch_paths",
        lambda: (patching.patch_paths, {**PAIR, "receivers": [(1, 0)], "side": "key"}),
        {
            **PAIR_CASES,
            "receivers": [Case("empty", []), Case("too high", [(2, 0)], ("2 layers of 2 heads",))],
            "side": [Case("unknown", "score", ("query, key, value",))],
        },
    )


def of_induction():
    yield Entry(
        "interpret.induction.induction_scores",
        lambda: (induction.induction_scores, {"model": MODEL, "passages": IDS}),
        {"model": OTHER, "passages": [*ids_tensor(SIZE), Case("one token", IDS[:, :1], ("2, 1",))]},
    )
    yield Entry(
        "interpret.induction.previous_token_scores",
        lambda: (induction.previous_token_scores, BOTH),
        {"model": OTHER, "ids": ids_tensor(SIZE, empty=True)},
    )
    yield Entry(
        "interpret.induction.copying_scores",
        lambda: (induction.copying_scores, {"model": MODEL}),
        {"model": OTHER},
    )
    drawn = {"n_rows": 2, "length": 3, "token_ids": ROW, "generator": torch.Generator()}
    yield Entry(
        "interpret.induction.random_passages",
        lambda: (induction.random_passages, drawn),
        {
            "n_rows": whole(),
            "length": whole(),
            "token_ids": ids_tensor(None, 3, empty=True),
        },
    )


def of_autoencoders():
    sizes = {"d_model": 8, "n_features": 12, "k": 2}
    yield Entry(
        "interpret.sparse_autoencoder.SparseAutoencoder",
        lambda: (sparse_autoencoder.SparseAutoencoder, sizes),
        {"d_model": whole(), "n_features": whole(), "k": [*whole(), Case("above", 13, ("12",))]},
    )
    for name in ("encode", "activations"):
        yield Entry(
            f"interpret.sparse_autoencoder.SparseAutoencoder.{name}",
            lambda n=name: (getattr(AUTOENCODER, n), {"vectors": torch.zeros(2, 8)}),
            {"vectors": VECTORS},
        )
    yield Entry(
        "interpret.sparse_autoencoder.SparseAutoencoder.decode",
        lambda: (AUTOENCODER.decode, {"features": torch.zeros(2, 12)}),
        {"features": floats(2, 12)},
    )
    yield Entry(
        "interpret.sparse_autoencoder.feature_frequencies",
        lambda: (
            sparse_autoencoder.feature_frequencies,
            {"autoencoder": AUTOENCODER, "vectors": torch.zeros(2, 8)},
        ),
        {"vectors": [*VECTORS, Case("empty", torch.zeros(0, 8)), *bools(2, 8)[:1]]},
    )
    run = {"autoencoder": AUTOENCODER, "vectors": torch.randn(4, 8), "n_steps": 1}
    yield Entry(
        "interpret.sparse_autoencoder.train_autoencoder",
        lambda: (
            sparse_autoencoder.train_autoencoder,
            {**run, "generator": torch.Generator(), "batch_size": 2, "lr": 0.01},
        ),
        {
            "vectors": [*floats(2, 8), Case("empty", torch.zeros(0, 8))],
            "n_steps": whole(),
            "batch_size": whole(),
            "lr": [Case("text", "a"), Case("zero", 0.0)],
        },
    )
    place = {"place": "blocks.0", "change": lambda x: x}
    yield Entry(
        "interpret.sparse_autoencoder.loss_with",
        lambda: (sparse_autoencoder.loss_with, {"model": MODEL, "rows": [IDS], **place}),
        {
            "rows": [Case("empty", []), Case("above", [IDS + SIZE], (str(SIZE),))],
            "place": [Case("unknown", "blocks.5", ("blocks.5",))],
        },
    )


def tables():
    yield from of_capture()
    yield from of_attribution()
    yield from of_patching()
    yield from of_induction()
    yield from of_autoencoders()
