"""Our models and those of Hugging Face's transformers.

``weights``  state dicts, in both directions
``configs``  configurations of theirs read as ours
``tables``   names and shapes of theirs that a family's own table cannot tell
``folders``  models of ours saved as theirs
``gguf``     a Llama from llama.cpp's format
"""
