OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> factors = loss_factors(np.array([[3, 1], [0, 2]]))\n>>> assert np.allclose(factors, [[1, 1 / 3], [0, 2 / 3]])\n',
                                       'failure_message': 'Parts of 3 and 1 targets on the first process, 0 and 2 on the second: 6 in all, and 2 processes, so the factors are 2 · 3/6, 2 · 1/6, 0 and '
                                                          '2 · 2/6.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> loss = combine(np.array([[2.0, 6.0], [5.0, 1.0]]), np.array([[3, 1], [2, 2]]))\n>>> assert np.isclose(loss, 3)\n',
                                       'failure_message': 'Losses of 2, 6, 5, 1 over 3, 1, 2, 2 targets: (6 + 6 + 10 + 2) / 8 = 3.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
