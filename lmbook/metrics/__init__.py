"""Measures of quality.

language_model.py  cross-entropy, perplexity, bits per byte of any language model
"""
