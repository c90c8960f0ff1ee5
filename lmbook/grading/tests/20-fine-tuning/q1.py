OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> found = tied_weights(np.array([1.0]), np.array([3.0]), np.array([1.0]), np.array([[1.0]]))\n'
                                               '>>> assert np.shape(found) == (1,) and np.allclose(found, 2.0)\n',
                                       'failure_message': 'One weight, h = 1, wanted 3, one penalty of strength 1 with centre 1: (3 + 1) / 2 = 2.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               '...     tied_weights(np.array([0.0, 1.0]), np.ones(2), np.array([0.0]), np.zeros((1, 2)))\n'
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> zero, one = (np.array([0.0]), np.array([1.0]))\n'
                                               '>>> assert refused and np.allclose(tied_weights(zero, one, one, np.array([[5.0]])), 5.0)\n',
                                       'failure_message': 'A weight with neither curvature nor pull: raise ValueError. A curvature of 0 with a pull is no fault.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
