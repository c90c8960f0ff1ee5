"""From labelled texts to a model that does the task.

text_batches.py  texts of unlike length as padded batches
classify.py      one label for a text, by a fine-tuned encoder
linear.py        one label for a text, by logistic regression on TF-IDF
tag.py           a tag for every token: a network of scores and a chain over them
tag_counts.py    the most frequent tag; the hidden Markov model
tag_features.py  what a tagger looks at, as ids; linear and recurrent scores
tag_perceptron.py  a chain that learns from its mistakes
tag_encoder.py   tags of words by an encoder that reads pieces
retrieve.py      passages that may answer a question: BM25, vectors of an encoder, both
windows.py       a question and a passage as rows of tokens
answer.py        the span of a passage that answers a question, or none
answer_baselines.py  answers without reading
cached_layers.py     training upper layers on stored outputs of the lower ones
"""
