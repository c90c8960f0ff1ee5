"""Language models that see and hear: pictures and sound as sequences of vectors.

audio.py          a waveform as a log-mel spectrogram, as Whisper reads it
ctc.py            the probability of a text when nobody knows which frame says what
ctc_decoding.py   from distributions over frames to a text: greedy, and by prefixes
synthesis.py      spoken words without recordings: a small formant synthesiser
spoken_words.py   words with exact phonemes, in many synthetic voices
recogniser.py     a small convolutional network that hears phonemes
"""
