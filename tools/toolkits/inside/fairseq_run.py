"""fairseq 0.12.2 on today's Python, NumPy and torch: ``python fairseq_run.py train …``.

The first argument names one of fairseq's command-line programs (``preprocess``, ``train``,
``generate``, ``interactive``, ``eval_lm``), the rest goes to it. Run in fairseq's environment; it
needs nothing of the book, so it can be copied into a notebook on Colab as it is.
"""

import dataclasses
import importlib
import os
import sys
import types

import numpy as np


def hashable_defaults() -> None:
    """Python 3.11 refuses a dataclass whose default is an instance of an unhashable class.

    fairseq's configurations nest in that way; ``unsafe_hash`` makes their classes hashable.
    Reported as facebookresearch/fairseq issue 5012.
    """
    plain = dataclasses.dataclass

    def dataclass(cls=None, /, **options):
        def wrap(cls):
            if cls.__module__.partition(".")[0] in ("fairseq", "hydra"):
                options.setdefault("unsafe_hash", True)
            return plain(cls, **options)

        return wrap if cls is None else wrap(cls)

    dataclasses.dataclass = dataclass


def removed_from_numpy() -> None:
    """``np.float`` went in NumPy 1.24 and ``numpy.compat`` in 2.0; fairseq's readers use both."""
    for name, kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
        if name not in np.__dict__:
            setattr(np, name, kind)
    if "numpy.compat" not in sys.modules:
        compat = types.ModuleType("numpy.compat")
        compat.long = int
        sys.modules["numpy.compat"] = np.compat = compat


def whole_pickles() -> None:
    """Since torch 2.6 ``torch.load`` builds tensors only; fairseq's checkpoints hold more.

    They hold an ``argparse.Namespace`` and an ``omegaconf`` tree. With this switch a checkpoint
    may run any code: read only those that you trained yourself.
    """
    os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"


def no_fast_path() -> None:
    """The encoder's fast path calls a kernel of torch whose signature has changed since 2022."""
    from fairseq.modules import transformer_layer

    base = transformer_layer.TransformerEncoderLayerBase
    # a class attribute that cannot be set to anything else: layers of checkpoints have it too
    base.can_use_fastpath = property(lambda layer: False, lambda layer, value: None)


def patch() -> None:
    """All patches, in the order in which fairseq meets what they repair."""
    hashable_defaults()
    removed_from_numpy()
    whole_pickles()
    no_fast_path()


if __name__ == "__main__":
    patch()
    program = sys.argv.pop(1)
    importlib.import_module(f"fairseq_cli.{program}").cli_main()
