"""Changing a pre-trained model for a task, and keeping what it knew.

freeze.py        which layers learn, and how fast: frozen encoders, rates by layer, unfreezing
regularizers.py  L = L_task + λ · L_reg with four kinds of L_reg
"""
