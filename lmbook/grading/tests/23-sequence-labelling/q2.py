OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> zero = np.zeros((2, 2))\n>>> assert np.isclose(log_prob_given(zero, zero, [1, None]), np.log(1 / 2))\n',
                                       'failure_message': 'Two positions, two tags, all scores 0: four paths are equally probable, and two of them begin with tag 1: log(1/2).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> moves = np.array([[0.0, np.log(3)], [0.0, 0.0]])\n>>> assert np.isclose(log_prob_given(np.zeros((2, 2)), moves, [0, 1]), np.log(3 / 6))\n',
                                       'failure_message': 'Transitions 0 -> 1 of log 3 and the others 0: the path 0 1 has 3 of 6.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
