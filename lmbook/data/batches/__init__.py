"""What a model reads: batches of inputs and targets.

``windows``        from one long line of ids in memory
``token_files``    ids on disk in shards, for texts larger than memory
``token_index``    what a folder of token files says of itself
``token_windows``  batches from token files
"""
