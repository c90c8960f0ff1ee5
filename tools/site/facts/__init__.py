"""What the page "How this book is checked" says, counted in the repository at build time.

functions.py   the tests: how many, of which kind
compared.py    which of them compare with an independent library, and how closely
chapters.py    the notebooks and their exercises
recorded.py    the packaged models and the recorded studies
"""
