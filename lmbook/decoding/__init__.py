"""From next-token distributions to text.

sampling.py     draw one token after the other, from any model
filters.py      temperature, top-k, top-p, min-p, repetition penalty
steps.py        texts that grow by a token, with a cache where the model has one
bare_gpt.py     one token through a GPT without the cost of calling modules
generate.py     many prompts at once, greedy or sampled
sources.py      the same steps for encoder–decoders
beam.py         the most probable continuations, by beam search
speculative.py  a small model proposes, the large one accepts or corrects
"""
