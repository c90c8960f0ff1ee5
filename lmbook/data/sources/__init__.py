"""Where bytes come from: fetched once, checked, kept.

``packages``    pinned packages of the Python package index, read as data and never imported
``downloads``   fetching a file whole over HTTP, and keeping it with a checksum
``web_files``   files of the web, kept as they arrived first
``hub_files``   files of the Hugging Face hub, fetched whole
``gguf``        llama.cpp's files of models: facts, and tensors in blocks of few bits
``text_files``  lines of a file of any size, checked as they come
"""
