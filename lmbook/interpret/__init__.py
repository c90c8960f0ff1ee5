"""What a network holds and uses, measured from outside.

probes.py     a linear classifier on frozen, averaged vectors, and the control with shuffled weights
signals.py    how far the input reaches: deviations over the tokens by layer
capture.py    what stands at a named place, and edits there: streams, heads, attention weights
lens.py       what the network would say if it stopped earlier: logit lens and tuned lens
attribution.py  a logit as a sum over parts, and over inputs by integrated gradients
patching.py   values of one run put into another: activations and paths between heads
induction.py  heads that continue what they have seen: scores and ablation
sparse_autoencoder.py  vectors as sums of a few out of many directions
positions.py  a copy of a model in which all tokens stand at one position
"""
