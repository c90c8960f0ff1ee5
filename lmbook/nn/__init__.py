"""Parts that several families of models share.

embeddings.py        a vector for every token
recurrent.py         RNN, LSTM and GRU with the parameters of torch.nn's
recurrent_loops.py   their steps and loops over time, on bare tensors
recurrent_checks.py  what they refuse
lstm_bptt.py         the LSTM's backpropagation through time, written out by hand
attention.py         dot-product and additive attention
"""
