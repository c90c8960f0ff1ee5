"""The book's own translators from English into Spanish: a Transformer, and a recurrent network.

``python -m tools.studies.translation`` trains them on short sentences of Tatoeba and writes the
files, weights in float16.
"""

from pathlib import Path
from typing import cast

from lmbook import zoo
from lmbook.decoding.sources import EncoderDecoder
from lmbook.models.storage import load_model, save_model
from lmbook.tasks.translate import Translator
from lmbook.tokenizers.bpe import BPETokenizer

KINDS = ("transformer", "recurrent")
FOLDER = Path(zoo.__file__).parent / "translators"
TOKENIZER_FILE = FOLDER / "tokenizer.json"


def load_translator(kind: str = "transformer") -> Translator:
    """The packaged translator, a "transformer" or a "recurrent" network with attention.

    Each has about a million weights and read 40,000 pairs whose English side has at most five
    words: it is wrong about rare words and about anything longer.

    Raises ``ValueError`` for another kind or a damaged file.
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r} is none of {', '.join(KINDS)}")
    model = cast(EncoderDecoder, load_model(FOLDER / kind))
    return Translator(model, BPETokenizer.load(TOKENIZER_FILE))


def save_translator(translator: Translator, kind: str) -> None:
    """Write ``translator`` over the packaged one, its weights rounded to float16.

    The model's own weights are rounded too, so that it is what ``load_translator`` gives.

    Raises ``ValueError`` for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r} is none of {', '.join(KINDS)}")
    save_model(translator.model.half(), FOLDER / kind)
    translator.model.float()
    translator.tokenizer.save(TOKENIZER_FILE)
