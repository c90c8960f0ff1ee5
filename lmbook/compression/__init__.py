"""Smaller and faster models: fewer bits a weight, fewer weights, fewer layers.

quantize.py   weights on a grid of whole numbers, a scale for a tensor, a row or a group
int8.py       layers that multiply bytes
smooth.py     SmoothQuant's and AWQ's scales between a layer and its input
gptq.py       rounding whose errors the columns to come repair
prune.py      weights set to zero, anywhere or two of every four
structure.py  heads and layers removed, a matrix as two thin ones
distill.py    a small network learns the answers and the hidden states of a large one
export.py     an encoder as an ONNX file
"""
