"""Build steps, run from the root of the repository as ``python -m tools.…``; not installed.

``site``         the book's configuration, its browser assets, running and checking notebooks
``colab``        the Colab edition of the chapters, and Colab's versions of packages to run it in
``exercises``    student notebooks, autograders and grading
``leaderboard``  the table of models in bits per byte
``studies``      recorded runs that are too long for a chapter, one module a study
``benchmarks``   CPU time against named peers, one module a kind of work
"""
