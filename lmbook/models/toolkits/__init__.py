"""Our models and those of other toolkits: tables of names, and what lies behind the names.

``carry``        walk along a table in both directions and account for every tensor
``fairseq``      a RoBERTa of fairseq in ours
``opennmt``      a Transformer of OpenNMT-py or of eole in ours
``prenorm``      the encoder–decoder that both train: a norm before each layer
``ctranslate2``  our GPT under the names of CTranslate2's specification
``modelgarden``  our BERT in Model Garden's ``BertEncoderV2``, and back
``pickles``      what reading a pickle would call, listed without reading it
``checkpoints``  tensors of a torch checkpoint, without running what else it brings along

No toolkit is imported: all of them are functions of tensors by name.
"""
