OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> one, m0, v0 = (np.ones(1), np.zeros(1), np.zeros(1))\n'
                                               '>>> found = adam_step(one, one / 2, m0, v0, 1, 0.1, (0.9, 0.999), 0.0, 0.01, 1.0)\n'
                                               '>>> assert np.allclose(np.concatenate(found), [0.89, 0.05, 0.00025])\n',
                                       'failure_message': 'At the first step the corrected means are g and g², so the weight 1 falls by 0.1 · 1 (the step) and 0.01 · 1 (the decay): 0.89. The means '
                                                          'to keep are 0.05 and 0.00025.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> one, m0, v0 = (np.ones(1), np.zeros(1), np.zeros(1))\n'
                                               '>>> found = adam_step(one, one / 2, m0, v0, 1, 0.1, (0.9, 0.999), 0.0, 0.01, 0.5)\n'
                                               '>>> assert np.allclose(found[0], 0.945)\n',
                                       'failure_message': 'The schedule multiplies both parts: half the scale moves the weight half as far, from 1 to 1 - 0.11/2 = 0.945.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
