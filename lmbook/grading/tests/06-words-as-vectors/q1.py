OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> loss, grad = smoothed_loss(np.log([[2.0, 1.0, 1.0]]), np.array([0]), 0.2)\n'
                                               '>>> assert abs(loss - 1.2 * np.log(2)) < 1e-09\n'
                                               '>>> assert np.allclose(grad, [[-0.3, 0.15, 0.15]])\n',
                                       'failure_message': 'Here p = (1/2, 1/4, 1/4) and q = (0.8, 0.1, 0.1): the loss is 0.8 log 2 + 0.2 log 4, the gradient p - q = (-0.3, 0.15, 0.15).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> _, one = smoothed_loss(np.log([[2.0, 1.0, 1.0]]), np.array([0]), 0.2)\n'
                                               '>>> _, two = smoothed_loss(np.log([[2.0, 1.0, 1.0]] * 2), np.array([0, 0]), 0.2)\n'
                                               '>>> assert not np.allclose(two[0], one[0])\n',
                                       'failure_message': 'The loss is a mean over the positions, so with two positions each gradient is half as large.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
