OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> sharp = np.log(np.full((5, 3), 0.05) + 0.85 * np.eye(3)[[0, 1, 1, 0, 2]])\n'
                                               '>>> assert [(int(a), int(b)) for a, b in align(sharp, [1, 2])] == [(1, 2), (4, 4)]\n',
                                       'failure_message': 'Five frames that clearly say blank, 1, 1, blank, 2: label 1 lasts from 1 to 2, label 2 stands at 4.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> flat = np.log(np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.3, 0.3, 0.4]]))\n'
                                               '>>> assert [(int(a), int(b)) for a, b in align(flat, [2, 1, 2])] == [(0, 0), (1, 1), (2, 2)]\n',
                                       'failure_message': 'As many frames as labels: one each.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
