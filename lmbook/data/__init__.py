"""Real text, fetched once and checked, and cut into what a model reads.

``sources``  where bytes come from: packages, hub files, text files
``cleaning`` what is taken out of raw text: copies, bad text, seen tests
``sets``     what they mean: corpora, labelled tasks, word lists
``batches``  what a model reads: windows, token files
"""
