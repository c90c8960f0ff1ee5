"""Parts that several families of models share.

embeddings.py        a vector for every token
recurrent.py         RNN, LSTM and GRU with the parameters of torch.nn's
recurrent_loops.py   their steps and loops over time, on bare tensors
recurrent_checks.py  what they refuse
lstm_bptt.py         the LSTM's backpropagation through time, written out by hand
attention.py         dot-product and additive attention; the Transformer's, with many heads
relative_attention.py  XLNet's, whose scores know distances and not places
masks.py             who may look at whom
kv_cache.py          what a causal model keeps of the tokens it has read
positions.py         sinusoids, rotary positions, ALiBi, T5's relative bias
feedforward.py       the layer that works on every position for itself
norm.py              LayerNorm and RMSNorm
crf.py               a distribution over whole sequences of tags
crf_chain.py         its sums over all sequences, its gradient, the best path
"""
