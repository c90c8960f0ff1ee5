OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> zero, a = (np.zeros((1, 1)), np.log(3))\n'
                                               '>>> h, c = peephole_step(zero, zero, np.array([[2.0]]), np.zeros((4, 1)), np.zeros((4, 1)), np.array([0, 0, a / 2, 0]), np.array([[0], [a / 2], [a / '
                                               '1.75]]))\n'
                                               '>>> assert np.allclose(c, 1.75) and np.allclose(h, 0.75 * np.tanh(1.75))\n',
                                       'failure_message': "With zero weights, c = 2 and p = (0, log(3)/2, log(3)/1.75): i = 1/2, f = 3/4, g = 1/2, so c' = 3/2 + 1/4 = 1.75; then o = 3/4 and h' = "
                                                          '0.75 tanh(1.75).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> zero = np.zeros((1, 1))\n'
                                               '>>> weights = (np.zeros((4, 1)), np.zeros((4, 1)), np.zeros(4), np.zeros((3, 1)))\n'
                                               '>>> h, c = peephole_step(zero, zero, np.array([[2.0]]), *weights)\n'
                                               '>>> assert np.allclose(c, 1) and np.allclose(h, np.tanh(1) / 2)\n',
                                       'failure_message': "Without peepholes and weights every gate is 1/2: c' = c/2 = 1 and h' = tanh(1)/2.",
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
