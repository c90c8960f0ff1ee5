"""Text to token ids and back.

base.py        the protocol every tokenizer follows
vocabulary.py  the two-way map between tokens and ids
character.py   one token a character
word.py        one token a word or punctuation mark
"""
