"""The book's own chat: a packaged model that learnt to answer, and what preferences made of it.

Both are stored as what changed in the weights. ``python -m tools.studies.instruction`` and
``python -m tools.studies.preference`` make the files.
"""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from lmbook.models.llama import Llama
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.zoo.checkpoints import load
from lmbook.zoo.deltas import add_delta

BASE = "llama-tiny"
"""The packaged model that both began from."""

STAGES = ("sft", "dpo")
FOLDER = Path(__file__).parent / "chat"


def load_chat_model(stage: str = "sft") -> tuple[Llama, BPETokenizer]:
    """The model after instruction tuning, "sft", or after DPO on top of it, "dpo".

    It has a million weights and has read plays and a thousand short instructions: it greets,
    counts and repeats, invents facts, and is no one to rely on. Its template is
    ``lmbook.tasks.chat_template.BOOK``. Raises ``ValueError`` for another stage or a damaged file.
    """
    if stage not in STAGES:
        raise ValueError(f"stage={stage!r} is none of {', '.join(STAGES)}")
    model, tokenizer = load(BASE)
    if not isinstance(model, Llama) or not isinstance(tokenizer, BPETokenizer):
        raise ValueError(f"{BASE} is a {type(model).__name__} with a {type(tokenizer).__name__}")
    for name in STAGES[: STAGES.index(stage) + 1]:
        path = FOLDER / f"{name}.safetensors"
        try:
            add_delta(model, load_file(path))
        except (OSError, SafetensorError) as error:
            raise ValueError(f"{path} does not hold a delta: {error!r}") from error
    return model.eval(), tokenizer
