"""Taggers on disk: what to build and the tags in ``tagger.json``, the numbers in safetensors.

Neither file can run code when it is read: a features function is stored by its name. The tokenizer
of an encoder stands in ``tokenizer.json``.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lmbook.models.bert import Bert
from lmbook.models.storage import WEIGHTS_FILE, build_model, family_of
from lmbook.nn.crf import CRF
from lmbook.tasks import tag_features
from lmbook.tasks.tag import Reader, Tagger
from lmbook.tasks.tag_encoder import EncoderScores, PieceReader
from lmbook.tasks.tag_features import FeatureReader, LinearScores, RecurrentScores
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

TAGGER_FILE, TOKENIZER_FILE = "tagger.json", "tokenizer.json"
FEATURES = {
    f.__name__: f
    for f in (
        tag_features.window_features,
        tag_features.character_features,
        tag_features.word_features,
        tag_features.plain_features,
        tag_features.pair_features,
    )
}
"""Functions of features that a file can name."""

_FIELDS = ("reader", "network", "tags", "chain")
_LIMITS = ("allowed", "begins", "finishes")  # buffers of the chain that its state dict leaves out


def save_tagger(tagger: Tagger, folder: str | Path) -> None:
    """Write the tagger into ``folder``, which is made if it is not there.

    Raises ``ValueError``, before anything is written, for a reader, a features function or a
    network that ``load_tagger`` could not build, such as an encoder with adapters.
    """
    network, chain = tagger.model.network, tagger.model.chain
    description = {
        "reader": _describe_reader(tagger.reader),
        "network": _describe_network(network),
        "tags": list(tagger.tags),
        "chain": chain is not None,
    }
    tensors = _tensors(tagger)
    reader = tagger.reader
    tokenizer = reader.tokenizer if isinstance(reader, PieceReader) else None
    with torch.random.fork_rng(devices=[]):  # first weights are drawn
        _compare(tensors, _tensors(_build(description, tokenizer)), "tagger")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if tokenizer is not None:
        tokenizer.save(folder / TOKENIZER_FILE)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(plain, folder / WEIGHTS_FILE)
    text = json.dumps(description, ensure_ascii=False) + "\n"
    (folder / TAGGER_FILE).write_text(text, encoding="utf-8")


def load_tagger(folder: str | Path) -> Tagger:
    """The tagger that ``save_tagger`` wrote, on the CPU and in evaluation mode.

    Raises ``ValueError`` if there is no tagger in ``folder``, or if its files do not belong
    together: the message names the field or the tensor.
    """
    folder = Path(folder)
    path = folder / TAGGER_FILE
    if not path.is_file():
        raise ValueError(f"there is no tagger in {folder}: {TAGGER_FILE} is missing")
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        stored = load_file(folder / WEIGHTS_FILE)
    except (OSError, ValueError, SafetensorError) as error:
        raise ValueError(f"{folder} does not hold a readable tagger: {error}") from error
    if not isinstance(description, dict) or set(description) != set(_FIELDS):
        raise ValueError(f"{path} does not describe a tagger: it needs {', '.join(_FIELDS)}")
    try:
        kind = description["reader"].get("kind")
        tokenizer = WordPieceTokenizer.load(folder / TOKENIZER_FILE) if kind == "pieces" else None
        with torch.random.fork_rng(devices=[]):
            tagger = _build(description, tokenizer)
    except OSError as error:
        raise ValueError(f"{folder} does not hold a readable tagger: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not describe a tagger: {error!r}") from error
    tensors = _tensors(tagger)
    _compare(stored, tensors, str(folder / WEIGHTS_FILE))
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(stored[name])
    return tagger


def _describe_reader(reader: Reader) -> dict[str, Any]:
    if isinstance(reader, PieceReader):
        return {"kind": "pieces", "n_positions": reader.n_positions}
    if not isinstance(reader, FeatureReader):
        raise ValueError(f"reader={type(reader).__name__} is not FeatureReader or PieceReader")
    name = getattr(reader.features, "__name__", "")
    if FEATURES.get(name) is not reader.features:
        raise ValueError(f"features={name!r} is not one of {', '.join(FEATURES)}: a file names it")
    return {"kind": "features", "features": name, "names": list(reader.ids)}


def _describe_network(network: nn.Module) -> dict[str, Any]:
    if isinstance(network, LinearScores):
        return {"kind": "linear"}
    if isinstance(network, RecurrentScores):
        d_model, d_hidden = network.embedding.embedding_dim, network.output.in_features // 2
        sizes = {"d_model": d_model, "d_hidden": d_hidden, "dropout": network.dropout.p}
        return {"kind": "recurrent", **sizes}
    if not isinstance(network, EncoderScores):
        known = "LinearScores, RecurrentScores or EncoderScores"
        raise ValueError(f"network={type(network).__name__} is not {known}")
    family, config = family_of(network.encoder), dataclasses.asdict(network.encoder.config)
    return {"kind": "encoder", "family": family, "config": config, "dropout": network.dropout.p}


def _build(description: dict[str, Any], tokenizer: WordPieceTokenizer | None) -> Tagger:
    """A tagger with weights still to be filled in. Raises ``ValueError`` for unknown kinds."""
    tags, fields = description["tags"], dict(description["network"])
    kind, read = fields.pop("kind"), description["reader"]
    if tokenizer is not None:
        reader: Reader = PieceReader(tokenizer, read["n_positions"])
    elif read.get("features") in FEATURES:
        reader = FeatureReader(FEATURES[read["features"]], read["names"])
    else:
        known = ", ".join(FEATURES)
        raise ValueError(f"reader: features={read.get('features')!r} is not one of {known}")
    if kind == "encoder":
        encoder = build_model(fields["family"], fields["config"])
        if not isinstance(encoder, Bert):
            raise ValueError(f"network: family={fields['family']!r} is no encoder")
        network: nn.Module = EncoderScores(encoder, len(tags), fields["dropout"])
    elif kind in ("linear", "recurrent") and isinstance(reader, FeatureReader):
        make = LinearScores if kind == "linear" else RecurrentScores
        network = make(len(reader), len(tags), **fields)
    else:
        raise ValueError(f"network: kind={kind!r} does not go with reader {read.get('kind')!r}")
    return Tagger(reader, network, tags, CRF(len(tags)) if description["chain"] else None)


def _tensors(tagger: Tagger) -> dict[str, Tensor]:
    """Parameters and buffers, and what the chain forbids."""
    return dict(tagger.model.named_parameters()) | {
        name: buffer
        for name, buffer in tagger.model.named_buffers()
        if name in tagger.model.state_dict() or name.removeprefix("chain.") in _LIMITS
    }


def _compare(found: dict[str, Tensor], wanted: dict[str, Tensor], where: str) -> None:
    """Raise ``ValueError`` for a tensor that one side lacks, or of another shape."""
    if unlike := sorted(found.keys() ^ wanted.keys()):
        side = "holds" if unlike[0] in found else "lacks"
        raise ValueError(f"{where} {side} the tensor {unlike[0]!r}, unlike its description")
    for name, tensor in wanted.items():
        if found[name].shape != tensor.shape:
            shapes = f"{tuple(found[name].shape)}, not {tuple(tensor.shape)}"
            raise ValueError(f"{where}: the tensor {name!r} has shape {shapes}")
