"""Neural language models, one family a file, each read from top to bottom.

causal_lm.py       what every family that predicts the next token can do
feedforward_lm.py  a window of words through one hidden layer (Bengio et al., 2003)
recurrent_lm.py    a state that is carried along: RNN, LSTM, GRU
seq2seq.py         one sequence into another, with and without attention
storage.py         models on disk: JSON and safetensors
"""
