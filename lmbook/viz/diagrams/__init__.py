"""Schematic drawings: inline SVG that follows the page, made of a few shared parts.

``canvas``           ``Canvas`` and ``Drawing``: boxes, words and lines, and how they are shown
``parts``            arrow, residual stream, attention, cells, stack, mask grid, loop
``theme``            the colours and what they mean
``lettering``        markup of labels, and their widths

``overview``         map of the book
``counting``         noisy channel, window of an n-gram model, backing off
``tokenizing``       stages of a tokenizer, byte-pair merges as trees
``segmenting``       words that a text without spaces may hold
``feedforward``      feed-forward language model
``recurrence``       recurrent network unrolled, truncated backpropagation
``recurrent_cells``  one step of RNN, LSTM and GRU
``translating``      encoder–decoder with and without attention
``attending``        queries, keys and values; heads as a reshape
``blocks``           pre-norm and post-norm, where positions enter
``architectures``    encoder, decoder, encoder–decoder and their masks
``searching``        beam search as a tree, key–value cache
``training``         a step of training, ``Trainer``'s loop, parallel devices
``pretraining``      packed rows, BERT's input and heads
``permuting``        XLNet's two streams
``adapting``         choices of fine-tuning, two text classifiers
``labelling``        all tag sequences of a sentence, a network below a chain of tags
``answering``        retrieval and reading, a head that points at a span
``chatting``         a conversation as a row, ways from text to preferences
``evaluating``       matches that are clipped, draws of a paired comparison
``carrying``         one matrix in three layouts, a file as a program and as a table
``compressing``      weights on a grid, what a teacher tells a student
``interpreting``     read-outs along the stream, a value put from one run into another
``few_weights``      a change of low rank, where adapters stand in a block
``scale``            stages of cleaning, signatures in bands, a run ended at several lengths
"""
