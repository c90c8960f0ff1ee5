"""A decoder in CTranslate2: ``python ct2_decoder.py in.npz out.npz``.

``in.npz`` holds the weights by the path of their place in the specification, ``@ids`` [text
position], ``@heads`` and ``@repeats``. ``out.npz`` gets "@float32" and "@int8", the logits at both
precisions, and "@seconds", the least CPU time of one pass at each.
"""

import sys
import tempfile
import time

import ctranslate2
import numpy as np
from ctranslate2.specs import Activation, TransformerDecoderModelSpec


def put(spec, path, array):
    """Set one variable; ``layer_3`` is item 3 of the list ``layer``."""
    *parts, last = path.split("/")
    for part in parts:
        name, _, number = part.rpartition("_")
        items = getattr(spec, name, None) if number.isdigit() else None
        spec = items[int(number)] if isinstance(items, list) else getattr(spec, part)
    setattr(spec, last, array)


def specification(weights, n_heads):
    """A specification with every weight in its place; the words have no names but numbers."""
    layers = {path.split("/")[1] for path in weights if "/layer_" in path} - {"layer_norm"}
    spec = TransformerDecoderModelSpec.from_config(
        len(layers), n_heads, activation=Activation.GELUTanh
    )
    for path, array in weights.items():
        put(spec, path, array)
    words = [str(i) for i in range(spec.get_vocabulary_size())]
    spec.register_vocabulary(words)
    spec.config.unk_token = spec.config.bos_token = spec.config.eos_token = words[0]
    spec.validate()
    return spec


def measure(folder, kind, ids, repeats):
    """Logits of all positions, and the least CPU time of a pass, in seconds."""
    generator = ctranslate2.Generator(folder, compute_type=kind, intra_threads=1, inter_threads=1)
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        logits = np.array(generator.forward_batch(ids))
        seconds.append(time.process_time() - started)
    return logits, min(seconds)


def main():
    """Build, save, and run at two precisions."""
    given = dict(np.load(sys.argv[1], allow_pickle=False))
    ids, heads, repeats = (given.pop(f"@{name}") for name in ("ids", "heads", "repeats"))
    found, seconds = {}, []
    with tempfile.TemporaryDirectory() as folder:
        specification(given, int(heads)).save(folder)
        for kind in ("float32", "int8"):
            found[f"@{kind}"], least = measure(folder, kind, ids.tolist(), int(repeats))
            seconds.append(least)
    np.savez(sys.argv[2], **found, **{"@seconds": np.array(seconds)})


if __name__ == "__main__":
    main()
