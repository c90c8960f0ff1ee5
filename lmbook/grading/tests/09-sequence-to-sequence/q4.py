OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> assert abs(monotonicity(np.eye(3)[[0, 2, 1]]) - 1 / 3) < 1e-09\n',
                                       'failure_message': 'The centres are 0, 2, 1: two pairs go forward (0-2, 0-1), one goes back (2-1), so (2 - 1) / 3 = 1/3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert monotonicity(np.eye(4)) == 1 and monotonicity(np.eye(4)[::-1]) == -1\n',
                                       'failure_message': 'Straight forward is 1, straight back is -1.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
