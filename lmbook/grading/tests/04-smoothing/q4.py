OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> weights, _ = em_weights(np.array([[0.6, 0.2, 0.4], [0.0, 0.0, 1.0]]), 1)\n>>> assert np.allclose(weights, [1 / 4, 1 / 12, 2 / 3])\n',
                                       'failure_message': 'The responsibilities are 1/2, 1/6, 1/3 for the first token and 0, 0, 1 for the second: their mean is 1/4, 1/12, 2/3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert len(em_weights(np.array([[0.6, 0.2, 0.4]]), 3)[1]) == 4\n>>> assert len(em_weights(np.array([[0.6, 0.2, 0.4]]), 0)[1]) == 1\n',
                                       'failure_message': 'One value before the first step and one after each: steps + 1 values, the last one for the weights that you return.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
