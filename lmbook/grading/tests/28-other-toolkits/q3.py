OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> head = json.dumps({'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}}).encode()\n"
                                               ">>> data = len(head).to_bytes(8, 'little') + head + bytes(8)\n"
                                               ">>> assert {k: tuple(v) for k, v in shapes_in(data).items()} == {'a': (2,)}\n",
                                       'failure_message': 'Two numbers of 4 bytes: the shape (2,).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> head = json.dumps({'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}}).encode()\n"
                                               ">>> data = len(head).to_bytes(8, 'little') + head + bytes(8)\n"
                                               '>>> assert refuses(shapes_in, data[:-1]) and refuses(shapes_in, data[:30])\n',
                                       'failure_message': 'A file whose end is missing is a ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
