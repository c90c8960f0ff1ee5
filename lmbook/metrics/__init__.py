"""Measures of quality.

language_model.py     cross-entropy, perplexity, bits per byte of any language model
pseudo_likelihood.py  each token given all the others
classification.py     confusion matrix, F1, Matthews, threshold curves, calibration
spans.py              precision, recall and F1 of labelled spans, with intervals
span_reading.py       from tags to spans, strictly or leniently
span_schemes.py       IOB, IOBES and the others: which tags may follow which
answers.py            exact match and word F1 of short answers
retrieval.py          recall and reciprocal rank of the passage that holds the answer
significance.py       bootstrap intervals, paired tests, intervals over seeds
checks.py             what they refuse
copying.py            the loss of a passage that comes twice
"""
