OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> mask = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], dtype=bool)\n'
                                               '>>> assert np.array_equal(roberta_positions(mask, 1, np.array([0, 0])), [[2, 3, 1, 1], [1, 1, 2, 3]])\n',
                                       'failure_message': 'With pad_id 1, two tokens padded to four on the right have the positions 2 3 1 1, on the left 1 1 2 3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> mask = np.array([[False, True]])\n>>> assert np.array_equal(roberta_positions(mask, 1, np.array([5])), [[1, 7]])\n',
                                       'failure_message': 'After 5 tokens the next one is the 6th: with pad_id 1 its position is 7, and padding keeps 1.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
