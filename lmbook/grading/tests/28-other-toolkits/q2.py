OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> matrix = np.arange(12.0).reshape(6, 2)\n'
                                               ">>> found = np.asarray(rows_for(matrix, 'the 9\\nking 2\\n', ['king', 'the']))\n"
                                               '>>> assert found.tolist() == [[10.0, 11.0], [8.0, 9.0]]\n',
                                       'failure_message': 'The first token of the file has row 4.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> matrix = np.arange(5.0).reshape(5, 1)\n'
                                               ">>> found = np.asarray(rows_for(matrix, 'the 9', ['<pad>', 'the', '<s>', '</s>']))\n"
                                               '>>> assert found.flatten().tolist() == [1.0, 4.0, 0.0, 2.0]\n',
                                       'failure_message': 'The special tokens come first: <s>, <pad>, </s>, <unk>.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
