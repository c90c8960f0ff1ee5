"""What a model is trained to predict: ids to inputs and targets, and the loss.

causal.py         the next token from the tokens before it
packing.py        documents of unlike length in rows of equal length
masked.py         hidden tokens from all the others
next_sentence.py  does the second segment follow the first?
permutation.py    tokens in an order that is drawn anew for every row
preference.py     the better of two answers: reward models, DPO, IPO
policy.py         a reward for what the model itself has written: policy gradient, GRPO
"""
