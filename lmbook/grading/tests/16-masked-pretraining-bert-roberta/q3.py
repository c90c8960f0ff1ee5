OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert np.allclose(expected_signal(1000, 0.2, (0.5, 0.25, 0.25)), (200, 100, 50, 50, 1 / 18))\n',
                                       'failure_message': 'Of 1,000 tokens at 20% and shares 1/2, 1/4, 1/4 we expect 200 predicted: 100 [MASK], 50 random, 50 as they are. Of the 900 ordinary ones 50 '
                                                          'are wrong.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> n_refused = 0\n'
                                               '>>> for shares in ((0.8, 0.1, 0.2), (0.8, 0.3, -0.1), (0.5, 0.2, 0.2)):\n'
                                               '...     try:\n'
                                               '...         expected_signal(10, 0.15, shares)\n'
                                               '...     except ValueError:\n'
                                               '...         n_refused += 1\n'
                                               '>>> assert n_refused == 3\n',
                                       'failure_message': 'Shares of 0.8, 0.1 and 0.2 sum to 1.1: raise ValueError. So do those with a negative one.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
