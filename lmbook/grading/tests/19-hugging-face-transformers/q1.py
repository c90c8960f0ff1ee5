OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> ids, mask, positions = pad_batch([[5, 6, 7], [8]], 0, 'left', 4)\n"
                                               '>>> assert ids.tolist() == [[0, 5, 6, 7], [0, 0, 0, 8]]\n'
                                               '>>> assert mask.tolist() == [[0, 1, 1, 1], [0, 0, 0, 1]]\n'
                                               '>>> assert positions.tolist() == [[0, 0, 1, 2], [0, 0, 0, 0]]\n',
                                       'failure_message': 'Rows 5 6 7 and 8, padding 0 on the left, multiples of 4: ids 0 5 6 7 / 0 0 0 8, positions 0 0 1 2 / 0 0 0 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
