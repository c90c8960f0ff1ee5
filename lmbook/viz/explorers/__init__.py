"""Interactive figures that also work in the static page, one ``.py`` and one ``.js`` each.

``guessing``   ``GuessingExplorer``: Shannon's game, with the reader's own bits per character
``bpe``        ``BPEExplorer``: byte-pair encoding, one merge at a time
``ngram``      ``NgramExplorer``: the next-word counts after a context, order and temperature
``smoothing``  ``SmoothingExplorer``: method, discount, context, and the distribution they give
``channel``    ``NoisyChannelExplorer``: a typed word, its candidates, and the two scores of each
``embedding``  ``EmbeddingExplorer``: a map of word vectors and the neighbours of each
``gradient``   ``GradientExplorer``: how a signal fades or grows through a recurrence
``gates``      ``GateExplorer``: the gates and cells of a trained LSTM over a text
``alignment``  ``AlignmentExplorer``: which letters a phoneme was read from
``attention``  ``AttentionExplorer``: what each head of a trained model looks at, token by token
``positions``  ``PositionsExplorer``: how alike two positions are, by scheme, distance and dimension
``architectures``  ``ArchitecturesExplorer``: who sees whom in the three kinds of Transformer
``decoding``   ``DecodingExplorer``: temperature and truncation on real scores; a beam's tree
``loss_curves``  ``LossCurvesExplorer``: curves of real runs, each with a fault to find
``tagging``    ``TaggingExplorer``: a chain of tags, the weight of its transitions, its marginals
``sizing``  ``SizingExplorer``: what a budget trains, by a law, a machine and tokens per parameter
``template``   ``TemplateExplorer``: a conversation as one row, and who may end a turn
"""
