"""Measures of quality.

language_model.py     cross-entropy, perplexity, bits per byte of any language model
pseudo_likelihood.py  each token given all the others
classification.py     confusion matrix, F1, Matthews, threshold curves, calibration
significance.py       bootstrap intervals, paired tests, intervals over seeds
checks.py             what they refuse
copying.py            the loss of a passage that comes twice
"""
