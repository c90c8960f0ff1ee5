"""What a network holds and uses, measured from outside.

probes.py     a linear classifier on frozen, averaged vectors, and the control with shuffled weights
signals.py    how far the input reaches: deviations over the tokens by layer
positions.py  a copy of a model in which all tokens stand at one position
"""
