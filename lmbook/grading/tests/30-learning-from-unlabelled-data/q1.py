OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> found = np.asarray(sharpen(np.array([[[0.8, 0.2]]]), 0.5))\n'
                                               '>>> assert found.shape == (1, 2) and np.abs(found - [[16 / 17, 1 / 17]]).max() < 1e-06\n',
                                       'failure_message': 'One copy, T = 1/2: the probabilities 0.8 and 0.2 become 0.64 / 0.68 and 0.04 / 0.68.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = np.asarray(sharpen(np.array([[[0.9, 0.1]], [[0.5, 0.5]]]), 1.0))\n>>> assert np.abs(found - [[0.7, 0.3]]).max() < 1e-06\n',
                                       'failure_message': 'At T = 1 the target is the mean of the copies.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
