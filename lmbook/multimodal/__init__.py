"""Language models that see and hear: pictures and sound as sequences of vectors.

patches.py        a picture as a sequence of patches, and the Vision Transformer that reads it
convolution.py    a convolutional network to compare it with
contrastive.py    two towers, for pictures and texts, that meet in one space; their loss
clip.py           both towers as CLIP has them
pair_training.py  training two towers on pairs
twins.py          weights of transformers' ViT and CLIP in ours, and back
captioning.py     a frozen language model that reads a picture as a prefix
vq.py             patches as tokens from a learned codebook
audio.py          a waveform as a log-mel spectrogram, as Whisper reads it
ctc.py            the probability of a text when nobody knows which frame says what
ctc_decoding.py   from distributions over frames to a text: greedy, and by prefixes
synthesis.py      spoken words without recordings: a small formant synthesiser
spoken_words.py   words with exact phonemes, in many synthetic voices
recogniser.py     a small convolutional network that hears phonemes
"""
