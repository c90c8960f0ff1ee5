"""From labelled texts to a model that does the task.

text_batches.py  texts of unlike length as padded batches
classify.py      one label for a text, by a fine-tuned encoder
linear.py        one label for a text, by logistic regression on TF-IDF
retrieve.py      passages that may answer a question: BM25, vectors of an encoder, both
windows.py       a question and a passage as rows of tokens
answer.py        the span of a passage that answers a question, or none
answer_baselines.py  answers without reading
cached_layers.py     training upper layers on stored outputs of the lower ones
"""
