"""OpenNMT-py 3.5.1 without the packages of transforms that nobody asked for.

``python onmt_run.py train -config config.yaml``; ``build_vocab`` and ``translate`` likewise.
OpenNMT-py imports every transform when it starts, and three of them import packages that its
light installation leaves out: a language model of spaCy, a search by Aho and Corasick, fastText.
Empty modules stand in their place, which only those transforms would notice. Its checkpoints are
whole pickles, as fairseq's are: read only those that you trained yourself.
"""

import importlib
import os
import sys
import types

UNUSED = ("spacy", "ahocorasick", "fasttext")


def patch() -> None:
    """Put an empty module in the place of each package that is not installed."""
    for name in UNUSED:
        try:
            importlib.import_module(name)
        except ImportError:
            sys.modules[name] = types.ModuleType(name)


if __name__ == "__main__":
    patch()
    # a checkpoint holds an argparse.Namespace, which torch.load refuses since version 2.6
    os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"
    program = sys.argv.pop(1)
    importlib.import_module(f"onmt.bin.{program}").main()
