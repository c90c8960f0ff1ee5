"""N-gram models.

counts.py              n-grams of every order up to n, counted and looked up by sorted keys
maximum_likelihood.py  the model that divides counts
arpa.py                the text format that n-gram toolkits exchange
"""
