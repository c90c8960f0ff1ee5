OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = split_by_groups(np.array([True, False, False, False]), np.array([[2, 0]]))\n'
                                               '>>> assert found.dtype == bool and found.tolist() == [True, False, True, False]\n',
                                       'failure_message': 'Parts test, train, train, train with the pair (2, 0): the third text follows the first, the others stay.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> before = np.array([True, False])\n>>> assert split_by_groups(before, np.zeros((0, 2), dtype=int)).tolist() == [True, False]\n',
                                       'failure_message': 'No pairs, shape (0, 2): nothing changes.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
