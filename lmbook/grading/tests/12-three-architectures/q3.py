OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> _, positions = document_mask(np.array([5, 0, 7, 0, 8]), 0)\n>>> assert np.array_equal(positions, [0, 1, 0, 1, 0])\n',
                                       'failure_message': 'The row 5 0 7 0 8 with EOS 0 holds the documents 5 0, 7 0 and 8: the positions are 0 1, 0 1 and 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> mask, _ = document_mask(np.array([5, 0, 7]), 0)\n'
                                               '>>> assert mask.dtype == bool\n'
                                               '>>> assert np.array_equal(mask, [[1, 0, 0], [1, 1, 0], [0, 0, 1]])\n',
                                       'failure_message': 'In the row 5 0 7 the EOS sees 5 and itself, and 7 sees itself alone.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
