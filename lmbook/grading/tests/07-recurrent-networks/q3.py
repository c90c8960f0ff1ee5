OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> clipped, norm = clip_global([np.array([3.0]), np.array([[4.0]])], 1.0)\n'
                                               '>>> assert abs(norm - 5) < 1e-09\n'
                                               '>>> assert np.allclose(clipped[0], [0.6]) and np.allclose(clipped[1], [[0.8]])\n',
                                       'failure_message': 'The numbers 3 and 4 stand in two arrays; together they have the norm 5. With the limit 1 they become 0.6 and 0.8.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> clipped, _ = clip_global([np.array([3.0]), np.array([[4.0]])], 10.0)\n>>> assert np.allclose(clipped[0], [3]) and np.allclose(clipped[1], [[4]])\n',
                                       'failure_message': 'A norm below the limit changes nothing: clipping never makes a gradient longer.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
