"""Models that run in the reader's page.

bundles.py     a packaged model as one file for the page: weights, configuration, tokenizer
trigram.py     a counted model as such a file
stock.py       all files that the page may load, published tokenizers among them
base.py        what the explorers share: the joined script, and the kernel that hands a file over
*.js           the engine: tensors, causal, ngram, masked, tokenizers, files, models, sampling;
               then loading
stored.py      the stored example for a page without JavaScript
tokens.py      the reader's text cut by several tokenizers
next.py        what several models expect next
sampler.py     temperature, top-k, top-p, min-p, and the text that they give
attention.py   where every head looks
mask.py        which tokens fit a mask
gates.py       the gates and states of an LSTM
chat.py        a chat with the instructed model
lens.py        what a decoder would say if it stopped after an earlier block
patching.py    a clean run's stream put into a corrupt run, one vector at a time
bits.py        bits per byte under several models
search.py      the passages that BM25 finds for a question
translation.py a sentence in Spanish, and where each token looks; with encoder_decoder.js

Why an engine of our own: onnxruntime-web 1.30 needs a file of 14.2 MB before it computes anything,
and a page of this book may weigh 5 MB with its models. Ours adds 29 kB to an explorer, and 11 kB to
one that only cuts text. Plain JavaScript on typed arrays gave 105 tokens for a second of one CPU
with a GPT of 4.3 million parameters, sampling included (node 20); the goal was 30, so there is no
WebAssembly. In Chromium, on two cores with a load of ten, gpt-tiny (2.2 million parameters, 2.3 MB)
was fetched from the same machine and opened in 0.3 s, gave the first token after 11 in 0.2 s, and
then 55 to 71 tokens per second. Weights of 8 bits take half the bytes of float16; on 150 tokens of
Hamlet they changed the loss of gpt-tiny and lstm-tiny by about 0.001 nats per token.
"""
