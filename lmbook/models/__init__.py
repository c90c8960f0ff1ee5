"""Neural language models, one family a file, each read from top to bottom.

causal_lm.py       what every family that predicts the next token can do
causal_transformer.py  what the causal Transformers share: call, cache, positions
places.py          where tokens stand: in packed documents, behind padding, after a cache
mixture.py         two models over the same tokens, mixed (Jelinek and Mercer, 1980)
config_checks.py   what their configurations check
feedforward_lm.py  a window of words through one hidden layer (Bengio et al., 2003)
recurrent_lm.py    a state that is carried along: RNN, LSTM, GRU
seq2seq.py         one sequence into another, with and without attention
transformer.py     the original Transformer: an encoder, and a decoder that looks at it
gpt.py             GPT-2: the decoder alone
llama.py           GPT with rotary positions, RMSNorm, gated layers, shared key heads
bert.py            the encoder alone, for representing text
roberta.py         BERT with other positions
xlnet.py           two streams that read in any order
xlnet_inputs.py    what XLNet refuses, and its segments
two_stream_lm.py   a two-stream model as a language model from left to right
heads.py           what turns an encoder's vectors into a task's answer
hf/                Hugging Face's transformers: weights, configurations and folders
toolkits/          fairseq, OpenNMT, Model Garden, CTranslate2: their names for our weights
storage.py         models on disk: JSON and safetensors
"""
