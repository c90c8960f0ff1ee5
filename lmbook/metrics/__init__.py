"""Measures of quality.

language_model.py     cross-entropy, perplexity, bits per byte of any language model
pseudo_likelihood.py  each token given all the others
classification.py     confusion matrix, F1, Matthews, threshold curves, calibration
ranking_curves.py    areas under curves of two classes; means weighted by class
many_tests.py        many p-values at once; Wilson's interval of a share
pairwise.py          strengths from comparisons: Bradley and Terry, Elo
token_matching.py    texts compared vector by vector, as BERTScore does
spans.py              precision, recall and F1 of labelled spans, with intervals
span_reading.py       from tags to spans, strictly or leniently
span_schemes.py       IOB, IOBES and the others: which tags may follow which
error_rate.py        edits that a transcript needs: words, characters or phonemes
answers.py            exact match and word F1 of short answers
retrieval.py          recall and reciprocal rank of the passage that holds the answer
bleu.py              n-grams that a translation shares with its references
chrf.py              the same for characters
ter.py               edits, with moves, that a translation needs
ter_edits.py         how the moves are searched for
rouge.py             words, pairs and subsequences that a summary shares
paired_scores.py     paired tests of BLEU, chrF and TER
metric_tokens.py     the tokenizers that these measures prescribe
ngram_matches.py     all n-grams counted by one sort
pairs.py             hypotheses and references, checked
significance.py       bootstrap intervals, paired tests, intervals over seeds
checks.py             what they refuse
copying.py            the loss of a passage that comes twice
"""
