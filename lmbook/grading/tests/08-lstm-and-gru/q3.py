OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> a = np.log(3) / 2\n'
                                               '>>> w_h = np.zeros((6, 2))\n'
                                               '>>> w_h[4, 1] = w_h[5, 0] = a\n'
                                               '>>> bias = np.array([2 * a, 0, 0, 0, 0, 0])\n'
                                               '>>> new = gru_step(np.zeros((1, 1)), np.array([[1.0, 2.0]]), np.zeros((6, 1)), w_h, bias)\n'
                                               '>>> assert np.allclose(new, [[0.75, 1 + np.tanh(0.75 * a) / 2]])\n',
                                       'failure_message': 'Here h = (1, 2), r = (3/4, 1/2) and z = 1/2, so r · h = (3/4, 1). W_h swaps the two and multiplies by a = log(3)/2: n = (tanh(a), '
                                                          "tanh(3a/4)) with tanh(a) = 1/2, and h' = (1/2 + 1/4, 1 + tanh(3a/4)/2).",
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> bias = np.array([0.0, 50.0, 1.0])\n'
                                               '>>> new = gru_step(np.zeros((1, 1)), np.array([[0.25]]), np.zeros((3, 1)), np.zeros((3, 1)), bias)\n'
                                               '>>> assert np.allclose(new, 0.25)\n',
                                       'failure_message': 'The update gate keeps: with a very large bias of z the state does not change.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
