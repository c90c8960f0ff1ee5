"""What a reader sees: figures, highlighted source, self-check questions, explorers.

``plots``      book style and small figures from arrays
``source``     ``show_source``: the real source of an object, highlighted
``questions``  ``Question`` and ``Option``: a self-check that works without a kernel
``explorers``  interactive figures whose logic is JavaScript
``live``       models that run in the reader's page
"""
