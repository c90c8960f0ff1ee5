"""What a trained network holds, measured from outside.

probes.py  a linear classifier on frozen, averaged vectors, and the control with shuffled weights
"""
