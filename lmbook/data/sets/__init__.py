"""What the bytes mean: texts and labels with fixed parts.

``corpora``         running text with its fixed training, validation and test parts
``tasks``           labelled texts with fixed training, validation and test parts
``reading``         questions about passages of the World Factbook, answered by spans of them
``factbook``        the passages, and in ``factbook_facts`` and ``factbook_questions`` what is asked
``tagging``         sentences with a tag for every token
``country_names``   prose whose names of countries a list has marked
``uncleaned``       news and questions as published, with their copies
``hub``             standard labelled sets of the Hugging Face hub, for readers who are online
``hub_tagged``      CoNLL-2003 and treebanks of Universal Dependencies, for the same readers
``hub_reading``     SQuAD, for the same readers
``words``           counts of words, and a list of misspellings
``messages``        messages of one program in several languages
``pronunciations``  words with their sounds, and English messages with their Chinese translations
``chats``           the book's own instructions and preferences; chats between people
``word_order``      lines in which two neighbouring words may have changed places
"""
