"""What is taken out of raw text before a model reads it.

exact.py          copies: fingerprints, and a Bloom filter of flat memory
minhash.py        short signatures whose agreement is the share of common pieces
near.py           near copies by banded signatures
filters.py        rules of length, symbols, repetition and language; texts through a row of rules
quality.py        a small classifier of good and bad text
personal.py       addresses and numbers of persons, masked
contamination.py  test texts that training has seen, by shared n-grams
"""
