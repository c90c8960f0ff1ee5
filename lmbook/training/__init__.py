"""From a model and batches to a trained model.

optim.py       SGD, momentum, Adam and AdamW written out; clipping; rates by layer
muon.py        Muon: an orthogonal step for matrices, AdamW's for the rest
mup.py         first weights and learning rates by width
schedules.py   factors of the learning rate by step
loop.py        the training loop: evaluation, early stop, streams that keep their state
settings.py    the optimiser, the follow-up and the store that a run is given
run.py         what a step, an evaluation and a checkpoint of the loop do
readings.py    losses and norms that wait on the device until they are read
history.py     losses, learning rates, evaluations and speed of a run
progress.py    the progress bar
memory.py      what a step keeps: weights, gradients, averages, activations
scaling.py     laws of the loss by parameters and tokens, fitted to small runs
sizing.py      memory, days, money and carbon of a run
throughput.py  operations a token needs, the device's peak, and the share of it in use
distributed.py one run in several processes: data parallel, or with sharded weights
feed.py        batches without end that know their place
rows.py        batches of texts that each begin at the start
checkpoint.py  everything a run needs to go on, on disk without pickle
recipe.py      a training run as a text file
recipe_training.py  its table of objective, batches, optimiser and schedule
texts.py       the text and the tokenizer of a recipe
jobs.py        the model, the batches and the figures of a recipe
pretraining.py masked and permuted text as batches and losses
from_recipe.py a recipe trained, measured and written to a folder
__main__.py    ``python -m lmbook.training recipe.toml --output folder``
"""
