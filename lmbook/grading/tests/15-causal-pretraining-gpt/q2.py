OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> expected = [(0, 4, 0), (2, 6, 4), (4, 8, 6), (6, 9, 8)]\n>>> assert [tuple(w) for w in sliding_windows(9, 4, 2)] == expected\n',
                                       'failure_message': 'Nine tokens in windows of 4 with stride 2: tokens 0 to 3 are all scored, then windows begin at 2, 4 and 6, and each scores what is new; the '
                                                          'last has only token 8.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert [tuple(w) for w in sliding_windows(3, 8, 2)] == [(0, 3, 0)]\n',
                                       'failure_message': 'A text of 3 tokens fits into one window of 8, which scores them all.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
