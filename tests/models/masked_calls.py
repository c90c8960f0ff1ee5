"""Every place of the package that takes a mask, as a function of one; run, it tries floats.

``python masked_calls.py`` calls them without the checks of types that the tests add, as a user
would, and prints what came of a mask of floats and of one that holds a 2.
"""

import torch

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import MaskedLM
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.models.xlnet import XLNet, XLNetConfig
from lmbook.nn.attention import (
    AdditiveAttention,
    MultiHeadAttention,
    dot_product_attention,
    explicit_attention,
    fused_attention,
)
from lmbook.nn.masks import masked_softmax

torch.manual_seed(0)
SMALL = {"d_model": 8, "n_layers": 1, "n_heads": 2, "d_ff": 16, "dropout": 0.0}
IDS = torch.tensor([[3, 4, 5], [5, 3, 4]])
MASK = torch.tensor([[True, True, True], [True, True, False]])
X = torch.randn(2, 3, 8)
GPT_, LLAMA = (
    GPT(GPTConfig(vocab_size=8, n_positions=9, start_id=1, **SMALL)),
    Llama(LlamaConfig(vocab_size=8, n_positions=9, n_kv_heads=2, start_id=1, **SMALL)),
)
BERT = Bert(BertConfig(vocab_size=8, n_positions=9, **SMALL))
ROBERTA = Roberta(RobertaConfig(vocab_size=8, n_positions=9, **SMALL))
HEAD, HEADS = MaskedLM(BERT), MultiHeadAttention(8, 2)
PAIR = Transformer(TransformerConfig(vocab_size=8, n_positions=9, **SMALL))
RECURRENT = Seq2Seq(Seq2SeqConfig(source_vocab_size=8, target_vocab_size=8, d_model=8, d_hidden=8))
XLNET = XLNet(XLNetConfig(vocab_size=8, start_id=1, **SMALL))
ADDITIVE = AdditiveAttention(8, 8, 8)


def cached(model, mask):
    """Two calls with a cache, the second of one token."""
    with torch.no_grad():
        cache = model.new_cache(2)
        model(IDS[:, :2], cache, mask[:, :2])
        return model(IDS[:, 2:], cache, mask)[0][1:]


def decoded(mask):
    """The recurrent decoder, which attends to a memory."""
    memory, _, state = RECURRENT.encode(IDS, torch.tensor([3, 3]))
    return RECURRENT.decoder(IDS, memory, mask, state)[0]


def square(mask):
    """A mask for each query."""
    return mask[:, None, :].expand(2, 3, 3)


CALLS = {
    "masked_softmax": lambda mask: masked_softmax(X[:, :, :3], square(mask)),
    "dot_product_attention": lambda mask: dot_product_attention(X, X, X, square(mask))[0],
    "AdditiveAttention": lambda mask: ADDITIVE(X, X, X, square(mask))[0],
    "explicit_attention": lambda mask: explicit_attention(X, X, X, mask=square(mask)),
    "fused_attention": lambda mask: fused_attention(X, X, X, mask=square(mask)),
    "causal fused_attention": lambda m: fused_attention(X, X, X, mask=square(m), causal=True),
    "one query": lambda mask: fused_attention(X[:, :1], X, X, mask=mask[:, None], causal=True),
    "MultiHeadAttention": lambda mask: HEADS(X, mask=mask[:, None, None]),
    "GPT": lambda mask: GPT_(IDS, mask=mask)[0],
    "GPT with a cache": lambda mask: cached(GPT_, mask),
    "Llama": lambda mask: LLAMA(IDS, mask=mask)[0],
    "Llama with a cache": lambda mask: cached(LLAMA, mask),
    "Bert": lambda mask: BERT(IDS, mask),
    "Roberta": lambda mask: ROBERTA(IDS, mask),
    "MaskedLM": lambda mask: HEAD(IDS, mask),
    "MaskedLM, chosen": lambda mask: HEAD(IDS, None, None, mask),
    "Transformer, source": lambda mask: PAIR(IDS, IDS, mask),
    "Transformer, target": lambda mask: PAIR(IDS, IDS, None, mask),
    "Transformer, step": lambda mask: PAIR.step(IDS[:, :1], PAIR.start(IDS, mask)),
    "Seq2Seq": decoded,
    "XLNet, content": lambda mask: XLNET(IDS, content_mask=square(mask)),
    "XLNet, query": lambda mask: XLNET(
        IDS, query_mask=mask[:, None], positions=torch.tensor([[2], [2]])
    ),
}

for model in (GPT_, LLAMA, BERT, ROBERTA, HEAD, HEADS, PAIR, RECURRENT, XLNET):
    model.eval()

if __name__ == "__main__":
    for name, call in CALLS.items():
        for wrong in (MASK.float(), MASK.half(), MASK.long() + MASK):
            try:
                call(wrong)
                print(f"{name}: a mask of {wrong.dtype} was taken")
            except ValueError as error:
                if "mask" not in str(error) and "chosen" not in str(error):
                    print(f"{name}: {error}")
            except Exception as error:
                print(f"{name}: {type(error).__name__}: {error}")
