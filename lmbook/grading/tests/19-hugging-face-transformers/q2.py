OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert cut_pair([1, 2, 3, 4, 5], [6, 7], 8) == ([1, 2, 3], [6, 7])\n',
                                       'failure_message': 'Five and two ids in 8 places: 5 places are left for ids, so the first text loses two and keeps 1 2 3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               '...     cut_pair([1], [2], 2)\n'
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> assert refused and cut_pair([1], [2], 3) == ([], [])\n',
                                       'failure_message': 'Less than 3 places cannot hold the special tokens: raise ValueError. In 3 places both texts are empty.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
