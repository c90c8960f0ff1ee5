OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> x, y = (np.ones(3), np.zeros(3))\n'
                                               '>>> assert abs(truncated_gradient(2.0, x, y, 0.0, 1) - 24) < 1e-09\n'
                                               '>>> assert abs(truncated_gradient(2.0, x, y, 0.0, 2) - 38) < 1e-09\n',
                                       'failure_message': 'With w = 2 the states are 1, 3, 7 and the errors too (y = 0). For m = 1 the sum is 1 · 0 + 3 · 1 + 7 · 3 = 24; for m = 2 step 3 also sees '
                                                          'h₁: 3 · 1 + 7 · (3 + 2 · 1) = 38.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> x, y = (np.ones(3), np.array([1.0, 3.0, 7.0]))\n>>> assert abs(truncated_gradient(2.0, x, y, 0.0, 3)) < 1e-09\n',
                                       'failure_message': 'The error of a step is h - y: where the network says what it should, nothing is to be changed.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
