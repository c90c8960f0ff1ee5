OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> first = (np.log([4.0]), np.ones(1), np.array([[3.0]]))\n'
                                               '>>> second = (np.log([2.0]), np.ones(1), np.array([[6.0]]))\n'
                                               '>>> m, z, a = merge(first, second)\n'
                                               '>>> assert np.allclose(m, np.log(4)) and np.allclose(z, 1.5) and np.allclose(a, 6)\n',
                                       'failure_message': 'Scores log 4 and log 2, values 3 and 6: m = log 4, z = 1 + 1/2 = 1.5, a = 3 + 6/2 = 6, so the mean is 4.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
