OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> a, b = extract_adapter(np.eye(2), np.eye(2) + np.diag([4.0, 1.0]), 1)\n'
                                               '>>> assert np.allclose(b @ a, np.diag([4.0, 0.0])) and np.isclose(np.linalg.norm(a), 2)\n',
                                       'failure_message': 'A change of diag(4, 1), rank 1: the product is diag(4, 0), and both factors have the length 2.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> a, b = extract_adapter(np.zeros((5, 3)), np.ones((5, 3)), 2)\n>>> assert np.shape(a) == (2, 3) and np.shape(b) == (5, 2)\n',
                                       'failure_message': 'The shapes are (rank, d_in) and (d_out, rank).',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
