"""Real text, fetched once and checked, and cut into what a model reads.

``sources``  where bytes come from: packages, hub files, text files
``sets``     what they mean: corpora, labelled tasks, word lists
``batches``  what a model reads: windows, token files
"""
