OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> weights = np.array([[[[1.0, 0.0], [0.5, 0.5]]]])\n'
                                               '>>> found = np.asarray(attention_rollout(weights))\n'
                                               '>>> assert np.abs(found - [[1.0, 0.0], [0.25, 0.75]]).max() < 1e-06\n',
                                       'failure_message': 'One layer with one head: half of its weights, and half of the identity.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> weights = np.array([[[[1.0, 0.0], [0.5, 0.5]]]] * 2)\n'
                                               '>>> found = np.asarray(attention_rollout(weights))\n'
                                               '>>> assert np.abs(found - [[1.0, 0.0], [0.4375, 0.5625]]).max() < 1e-06\n',
                                       'failure_message': 'Two equal layers: the matrix with the rows (1, 0) and (0.25, 0.75), times itself.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
