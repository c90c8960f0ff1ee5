OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> order = rerank([-1.0, -5.0, -3.0], [[-1.0, -1.0]] * 3, 1.0)\n>>> assert order[0] != 1\n',
                                       'failure_message': 'Best first: the highest score comes first, and a logarithm near 0 is a high score.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert list(rerank([-1.0, -1.0], [[-2.0, -2.0], [-1.0] * 6], 1.0)) == [1, 0]\n',
                                       'failure_message': 'Candidate 0 scores -1 - 2 = -3, candidate 1 scores -1 - 1 = -2, although the sum of its six log-probabilities is lower: divide by the '
                                                          'length.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
