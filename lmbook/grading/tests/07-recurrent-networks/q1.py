OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> w, zero = (np.array([[np.log(3) / 2]]), np.zeros(1))\n'
                                               '>>> outputs, final, mean = elman(np.array([[[1.0], [0.0]]]), np.array([2]), w, w, zero, np.zeros((1, 1)))\n'
                                               '>>> root = 2 - np.sqrt(3)\n'
                                               '>>> assert np.allclose(outputs.ravel(), [0.5, root]) and np.allclose(final, root)\n'
                                               '>>> assert np.allclose(mean, (0.5 + root) / 2)\n',
                                       'failure_message': 'tanh(log(3)/2) = 1/2, and then tanh(log(3)/4) = 2 - √3: these are the two states, the second is the final one, and the mean is their mean.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> w, zero = (np.array([[np.log(3) / 2]]), np.zeros(1))\n'
                                               '>>> outputs, _, _ = elman(np.ones((1, 3, 1)), np.array([1]), w, w, zero, np.zeros((1, 1)))\n'
                                               '>>> assert np.allclose(outputs.ravel(), [0.5, 0, 0])\n',
                                       'failure_message': 'Behind the length of a row the outputs are 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
