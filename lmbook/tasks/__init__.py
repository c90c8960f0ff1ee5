"""From labelled texts to a model that does the task.

text_batches.py  texts of unlike length as padded batches
classify.py      one label for a text, by a fine-tuned encoder
linear.py        one label for a text, by logistic regression on TF-IDF
"""
