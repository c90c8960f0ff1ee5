OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> factors = [wsd_schedule(step, 10, 4, 5) for step in range(1, 11)]\n'
                                               '>>> assert np.allclose(factors, [0.25, 0.5, 0.75, 1, 1, 0.8, 0.6, 0.4, 0.2, 0])\n',
                                       'failure_message': '10 steps, 4 of warm-up, 5 of decay: 1/4, 2/4, 3/4, 1; step 5 is 10 - 5, still 1; then 4/5, 3/5, 2/5, 1/5, 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert [wsd_schedule(step, 3, 0, 0) for step in (1, 2, 3)] == [1, 1, 1]\n',
                                       'failure_message': 'Without warm-up and decay the factor is 1 from the first step to the last.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
