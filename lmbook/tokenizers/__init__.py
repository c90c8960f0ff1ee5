"""Text to token ids and back.

base.py              the protocol every tokenizer follows
special.py           special tokens inside a text
vocabulary.py        the two-way map between tokens and ids
character.py         one token a character
word.py              one token a word or punctuation mark
normalization.py     one spelling for texts that look alike
pretokenization.py   the pieces that no learned token may cross
bpe.py               byte-pair encoding, on bytes or characters
bpe_training.py      learning its merges
bpe_encoding.py      applying them
wordpiece.py         the tokens of BERT
offsets.py           where in the text its tokens stand
unigram.py           pieces with probabilities, and the most probable cut of a word
unigram_encoding.py  cutting words into them
unigram_training.py  learning the pieces
unigram_lattice.py   all cuts of a word at once
unigram_checks.py    what its arguments must satisfy
segmentation.py      words in text without spaces
storage.py           tokenizers on disk
published.py         the form in which Hugging Face publishes them
published_writing.py what our own put into such a file
published_parts.py   what others may have put there
published_base.py    tokenizers that keep the ids of the file, of three kinds:
published_bpe.py     byte-pair encoding on bytes
published_wordpiece.py  WordPiece
published_unigram.py    Unigram
published_gguf.py    the form in which llama.cpp publishes them
"""
