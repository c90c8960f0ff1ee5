"""From labelled texts to a model that does the task.

text_batches.py  texts of unlike length as padded batches
classify.py      one label for a text, by a fine-tuned encoder
linear.py        one label for a text, by logistic regression on TF-IDF
tag.py           a tag for every token: a network of scores and a chain over them
tag_counts.py    the most frequent tag; the hidden Markov model
tag_features.py  what a tagger looks at, as ids; linear and recurrent scores
tag_perceptron.py  a chain that learns from its mistakes
tag_encoder.py   tags of words by an encoder that reads pieces
tag_storage.py   taggers on disk
retrieve.py      passages that may answer a question: BM25, vectors of an encoder, both
windows.py       a question and a passage as rows of tokens
answer.py        the span of a passage that answers a question, or none
answer_baselines.py  answers without reading
answer_generated.py  answers that a decoder writes from passages
cached_layers.py     training upper layers on stored outputs of the lower ones
chat_template.py  a conversation as one row of tokens, and which of them the assistant writes
chat_batches.py   conversations to imitate, and pairs of answers to compare
chat_reward.py    a number for a whole conversation, learnt from comparisons
chat_policy.py    answers that the model draws itself, and learns from their rewards
chat_judge.py     which of two answers a judge prefers, asked in both orders
chat.py           a model that answers, at once or piece by piece
likelihood_choice.py  few-shot prompts and multiple choice by probability
embedding_score.py    texts compared by an encoder's vectors
translate.py      translation by an encoder–decoder
translators.py    the packaged translators
translate_align.py   which word translates which: IBM Model 1
translate_hmm.py     the same with jumps from word to word
summarize.py      summaries made of a text's own sentences
summarize_generated.py  summaries that a decoder writes
summarize_facts.py   names and numbers that a text does not support
"""
