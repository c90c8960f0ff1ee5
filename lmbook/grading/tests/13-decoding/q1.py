OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> scores = np.log([0.5, 0.25, 0.125, 0.125])\n'
                                               '>>> kept = typical(scores, 0.2)\n'
                                               '>>> assert np.array_equal(np.isfinite(kept), [0, 1, 0, 0]) and kept[1] == scores[1]\n',
                                       'failure_message': 'p = (1/2, 1/4, 1/8, 1/8): surprisals 1, 2, 3, 3 bits, entropy 1/2 + 1/2 + 3/8 + 3/8 = 1.75 bits, distances 0.75, 0.25, 1.25, 1.25. With '
                                                          'mass 0.2 the token 1 alone stays.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> kept = typical(np.log([0.5, 0.25, 0.125, 0.125]), 0.8)\n>>> assert np.array_equal(np.isfinite(kept), [1, 1, 1, 0])\n',
                                       'failure_message': 'The order is 1, 0, 2, 3 with the sums 1/4, 3/4, 7/8, 1: with mass 0.8 three tokens stay.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
