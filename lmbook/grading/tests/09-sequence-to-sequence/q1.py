OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> a, one, zero = (np.log(3), np.ones((1, 1)), np.zeros((1, 3)))\n'
                                               '>>> keys, values = (np.array([[[0.0], [a / 2], [9.0]]]), np.array([[[0.0], [4.0], [100.0]]]))\n'
                                               '>>> mask = np.array([[True, True, False]])\n'
                                               '>>> context, weights, coverage = attend(np.zeros((1, 1)), keys, values, mask, zero, one, one, np.ones(1), np.array([2 * a]))\n'
                                               '>>> assert np.allclose(weights, [[0.25, 0.75, 0]]) and np.allclose(context, 3)\n'
                                               '>>> assert np.allclose(coverage, weights)\n',
                                       'failure_message': 'The scores are 2 log(3) · tanh(0) = 0 and 2 log(3) · tanh(log(3)/2) = log 3, and position 2 is masked: the weights are 1/4, 3/4, 0, and the '
                                                          'mean of 0 and 4 is 3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> one, mask = (np.ones((1, 1)), np.zeros((1, 2), bool))\n'
                                               '>>> x = np.ones((1, 2, 1))\n'
                                               ">>> with np.errstate(all='ignore'):\n"
                                               '...     context, weights, _ = attend(one, x, x, mask, np.zeros((1, 2)), one, one, np.ones(1), np.ones(1))\n'
                                               '>>> assert np.allclose(weights, 0) and np.allclose(context, 0)\n',
                                       'failure_message': 'A row where the query may look nowhere has the weights 0 and the context 0, and no nan.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
