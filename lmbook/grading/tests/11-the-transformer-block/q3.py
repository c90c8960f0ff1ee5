OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> new = partial_rotary(np.array([[1.0, 0.0, 0.0, 1.0, 7.0]]), np.array([2]), 4, 16.0)\n'
                                               '>>> assert np.allclose(new, [[np.cos(2), np.sin(2), -np.sin(0.5), np.cos(0.5), 7]])\n',
                                       'failure_message': 'With n_rotated = 4 and base = 16 the frequencies are 1 and 1/4. At position 2 the pair (1, 0) becomes (cos 2, sin 2), the pair (0, 1) '
                                                          'becomes (-sin 0.5, cos 0.5), and 7 stays.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
