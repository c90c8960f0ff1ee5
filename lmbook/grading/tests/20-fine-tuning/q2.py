OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = unbeaten(np.array([[0.7], [0.8], [0.6]]), np.array([[1.0], [2.0], [1.5]]))\n'
                                               '>>> assert found.dtype == bool and found.tolist() == [True, True, False]\n',
                                       'failure_message': 'Scores 0.7, 0.8, 0.6 with forgetting 1.0, 2.0, 1.5, one seed: the third is beaten by the first, the others are not beaten.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
