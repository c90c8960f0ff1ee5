"""Changing a pre-trained model for a task, and keeping what it knew.

freeze.py        which layers learn, and how fast: frozen encoders, rates by layer, BitFit
regularizers.py  L = L_task + λ · L_reg with four kinds of L_reg
low_rank.py      the changes that LoRA, rsLoRA and DoRA learn
lora.py          such changes in a model: several on one base, merged and unmerged
lora_files.py    the same on disk, as peft writes them
adapters.py      bottlenecks after a layer (Houlsby) and beside one (parallel)
prompts.py       prompt tuning and prefix tuning
rescaling.py     (IA)³
nf4.py           four-bit weights under a change of low rank (QLoRA)
targets.py       layers by name
self_training.py classifiers that label their own texts, alone or in pairs
naive_bayes_em.py   naive Bayes with and without labels, by EM
consistency.py   the same answer to a text and to a changed copy of it
labelling.py     labels from rules that vote
active.py        which texts a person should label next
"""
