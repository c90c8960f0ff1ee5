OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = shared_features(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]), 0.9)\n'
                                               '>>> assert [(int(i), int(j)) for i, j in found] == [(0, 1), (1, 0)]\n',
                                       'failure_message': 'Two directions in another order: feature 0 is 1, and 1 is 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> first, second = (np.array([[1.0, 0.0]]), np.array([[0.8, 0.6]]))\n'
                                               '>>> assert [(int(i), int(j)) for i, j in shared_features(first, second, 0.75)] == [(0, 0)]\n'
                                               '>>> assert len(shared_features(first, second, 0.9)) == 0\n',
                                       'failure_message': 'A cosine below the threshold is no match: 4/5 is one for 0.75 and none for 0.9.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
