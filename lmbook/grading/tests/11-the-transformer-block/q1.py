OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> grad_x, grad_weight = rms_norm_backward(np.array([[1.0, 7.0]]), np.ones(2), np.array([[1.0, 0.0]]), 0.0)\n'
                                               '>>> assert np.allclose(grad_x, [[0.196, -0.028]]) and np.allclose(grad_weight, [0.2, 0])\n',
                                       'failure_message': 'x = (1, 7), eps = 0: r = 5, u = (0.2, 1.4). With w = 1 and grad = (1, 0): mean(g u) = 0.1, grad_x = ((1 - 0.02)/5, -0.14/5) = (0.196, '
                                                          '-0.028), grad_weight = (0.2, 0).',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
