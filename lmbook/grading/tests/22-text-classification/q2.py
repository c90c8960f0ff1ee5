OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> half, tenth = (np.array([0.5, 0.5]), np.array([0.9, 0.1]))\n'
                                               '>>> assert np.allclose(adjust_prior(np.array([[0.1, 0.9]]), half, tenth), [[0.5, 0.5]])\n',
                                       'failure_message': 'Trained with half spam, used with a tenth: 0.9 for spam gives 0.9 · 0.2 = 0.18 against 0.1 · 1.8 = 0.18, so 0.5.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> p = np.array([[0.3, 0.7]])\n'
                                               '>>> for old, new in (([0.5, 0.6], [0.5, 0.5]), ([0.5, 0.5], [1.2, -0.2]), ([0.0, 1.0], [0.5, 0.5])):\n'
                                               '...     refused = False\n'
                                               '...     try:\n'
                                               '...         adjust_prior(p, np.array(old), np.array(new))\n'
                                               '...     except ValueError:\n'
                                               '...         refused = True\n'
                                               '...     assert refused\n',
                                       'failure_message': 'Shares that do not sum to 1, or an old share of 0, raise ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
