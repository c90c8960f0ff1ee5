"""N-gram models.

index.py               sets of n-grams as sorted integers, found by binary search or hashing
hashing.py             the hash table
ids.py                 ids, checked where they come in
counts.py              how often each occurs, read from a stream of any length
maximum_likelihood.py  the model that divides counts
backoff.py             the form that every interpolated and back-off model can be brought into
smoothing.py           add-k, Good–Turing, Witten–Bell, absolute discounting, Katz
good_turing.py         the estimates under two of them
jelinek_mercer.py      a mixture of orders with weights learned on held-out text
kneser_ney.py          Kneser–Ney and modified Kneser–Ney
stupid_backoff.py      a score that is no probability
pruning.py             smaller models at a small cost in entropy
arpa.py                the text format that n-gram toolkits exchange
arpa_reading.py        its lines, read into a model
classifier.py          one model a class: naive Bayes and its longer contexts
noisy_channel.py       a model of errors beside a model of words: spelling
letters.py             the letters that it knows
"""
