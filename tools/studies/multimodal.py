"""Pictures and text: python -m tools.studies.multimodal [PART …].

An argument names a part; without one all are made. The results go to
lmbook/zoo/studies/multimodal.json, a run a line; the towers of the run "pairs, MiniLM, 0" also go
to lmbook/zoo/towers. CPU seconds are those of one thread.

digits     scikit-learn's digits by a ViT and by a convolutional network, by training pictures
positions  how alike the position vectors of a ViT are after training on moved digits
controls   the groups of emoji without towers
captions   names for emoji by a frozen language model
MiniLM, "temperature 1", "batch 16", Chinese, ViT
           emoji and their names by two towers; captions need those of MiniLM
"""

import sys
from functools import partial

import torch

from lmbook.zoo import studies
from tools.studies import _emoji_captions, _emoji_pairs, _small_digits
from tools.studies._lines import write_lines

PARTS = {
    "digits": _small_digits.digits,
    "positions": _small_digits.positions,
    "controls": _emoji_pairs.controls,
    **{name: partial(_emoji_pairs.pairs, name) for name in _emoji_pairs.RUNS},
    "captions": _emoji_captions.captions,
}


def main() -> int:
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := set(chosen) - PARTS.keys():
        raise SystemExit(f"{sorted(unknown)} are not among {', '.join(PARTS)}")
    torch.set_num_threads(1)
    store = studies.file_of("multimodal")
    for part in chosen:
        for name, run in PARTS[part]():
            print(name, str(run)[:200], flush=True)
            # read anew: another part may have been recorded in the meantime
            found = (studies.results("multimodal") if store.exists() else {}) | {name: run}
            write_lines(store, {key: found[key] for key in sorted(found)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
