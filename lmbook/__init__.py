"""The package that the chapters of the textbook teach and import.

Every name has one import path: its module. The map, from the bottom layer up:

``lmbook.arguments``        what public functions refuse, in one wording
``lmbook.language_model``   what a language model is: the one protocol all of them share
``lmbook.device``           which processor to compute on
``lmbook.reproducibility``  one seed for every source of randomness
``lmbook.tokenizers``       text to token ids and back
``lmbook.nn``               parts of networks: embeddings, recurrent layers, attention
``lmbook.metrics``          how good a model is
``lmbook.data``             real text, fetched once and checked
``lmbook.objectives``       what a network is trained to predict, and its loss
``lmbook.models``           networks, one family a file
``lmbook.ngram``            models that count
``lmbook.zoo``              small trained networks by name, and their recipes
``lmbook.training``         optimisers, the training loop, checkpoints
``lmbook.decoding``         text out of a model
``lmbook.grading``          the checks that a student's notebook calls
``lmbook.viz``              figures, interactive explorers and questions

Importing ``lmbook`` itself imports none of them, and no third-party library.
"""

__version__ = "1.0.0"
