OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert np.array_equal(influences(lambda x: np.cumsum(x, axis=0), 3, 2), np.tri(3))\n',
                                       'failure_message': 'A running sum: output i depends on inputs 0 to i, so the rows are 100, 110, 111.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
