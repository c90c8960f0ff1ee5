OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> x = np.array([[[10, 11, 12, 13], [20, 21, 22, 23]]])\n>>> assert np.array_equal(relative_shift(x), [[[12, 11, 10], [23, 22, 21]]])\n',
                                       'failure_message': 'Two queries and three keys, distances -1 0 1 2: the query 0 stands at position 1, so its distances to the keys 0 1 2 are 1 0 -1; those of '
                                                          'the query 1 are 2 1 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               '...     relative_shift(np.zeros((1, 3, 4)))\n'
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> assert refused and relative_shift(np.zeros((1, 3, 5))).shape == (1, 3, 3)\n',
                                       'failure_message': 'Three queries with 3 + 2 - 1 = 4 columns would have two keys, fewer than the queries: raise ValueError. Three keys are enough.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
