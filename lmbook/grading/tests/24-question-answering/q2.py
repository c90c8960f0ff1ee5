OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert best_window([(0, 10), (6, 10)], 8) == 1\n>>> assert best_window([(0, 10), (6, 10)], 7) == 0\n',
                                       'failure_message': 'Windows of tokens 0 to 9 and 6 to 15: token 8 has min(8, 1) = 1 in the first and min(2, 7) = 2 in the second.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n>>> try:\n...     best_window([(0, 10), (6, 10)], 16)\n... except ValueError:\n...     refused = True\n>>> assert refused\n',
                                       'failure_message': 'A position that no window holds raises ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
