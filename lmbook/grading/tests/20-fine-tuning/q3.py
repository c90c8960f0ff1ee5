OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = slanted_rates(1, 10, 5, 2.0)\n>>> assert np.shape(found) == (1, 10) and np.allclose(found[0], [1, *np.arange(8, -1, -1) / 9])\n',
                                       'failure_message': 'One layer, ten steps: P = 1, so the factors are 1, then 8/9, 7/9, … 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = slanted_rates(2, 20, 10, 2.0)\n>>> assert np.allclose(found[1, :10], 0) and np.isclose(found[1, 10], 0.5)\n',
                                       'failure_message': 'Two layers, 20 steps, every = 10, decay 2: the lower layer is still for ten steps, then begins at 1/2.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
