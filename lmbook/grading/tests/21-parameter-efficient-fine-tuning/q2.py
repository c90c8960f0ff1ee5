OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> first = (np.array([[1.0, 1.0]]), np.array([[1.0], [0.0]]), 1.0)\n'
                                               '>>> second = (np.array([[1.0, 0.0]]), np.array([[0.0], [1.0]]), 3.0)\n'
                                               '>>> a, b = join_adapters([first, second], [1.0, 2.0])\n'
                                               '>>> assert np.allclose(b @ a, [[1.0, 1.0], [6.0, 0.0]])\n',
                                       'failure_message': 'Two adapters of rank 1 with weights 1 and 2 and scales 1 and 3: the sum of the products is wrong.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> a, b = join_adapters([(np.ones((2, 5)), np.ones((4, 2)), 1.0)] * 3, [1.0, 1.0, 1.0])\n>>> assert np.shape(a) == (6, 5) and np.shape(b) == (4, 6)\n',
                                       'failure_message': 'a has as many rows, and b as many columns, as the ranks together.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
