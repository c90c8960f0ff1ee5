OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> alpha, rest, n_tokens = draft_distribution(np.array([0.5, 0.5, 0]), np.array([0.25, 0.25, 0.5]), 2)\n'
                                               '>>> assert np.allclose([alpha, n_tokens], [0.5, 1.75]) and np.allclose(rest, [0.5, 0.5, 0])\n',
                                       'failure_message': 'p = (1/2, 1/2, 0) and q = (1/4, 1/4, 1/2): α = 1/4 + 1/4 = 1/2, the rest (1/4, 1/4, 0) becomes (1/2, 1/2, 0), and with 2 drafted tokens 1 + '
                                                          '1/2 + 1/4 = 1.75.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> p = np.array([0.25, 0.75])\n'
                                               '>>> alpha, rest, n_tokens = draft_distribution(p, p.copy(), 3)\n'
                                               '>>> assert np.allclose([alpha, n_tokens], [1, 4]) and np.allclose(rest, p)\n',
                                       'failure_message': 'If p = q, all is kept: α = 1, the second result is p, and 3 drafted tokens give 4.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
