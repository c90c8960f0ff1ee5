"""What a model is trained to predict: ids to inputs and targets, and the loss.

causal.py  the next token from the tokens before it
"""
