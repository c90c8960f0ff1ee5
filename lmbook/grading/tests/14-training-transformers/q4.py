OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> state, seen = (ScaleState(8.0, 0, 0), [])\n'
                                               '>>> for finite in (True, True, True, False):\n'
                                               '...     state = update_scale(state, finite, 2, 64.0)\n'
                                               '...     seen.append(tuple(state))\n'
                                               '>>> assert seen == [(8, 1, 0), (16, 0, 0), (16, 1, 0), (8, 0, 1)]\n',
                                       'failure_message': 'With an interval of 2: a good step (8, 1, 0), a second one doubles (16, 0, 0), a good one (16, 1, 0), an overflow halves and counts (8, 0, '
                                                          '1).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> weight, scaled = (np.ones(2, dtype=np.float32), np.array([12, 16], dtype=np.float16))\n'
                                               '>>> weight, state = scaled_step(weight, scaled, ScaleState(4.0, 0, 0), 0.5, 2.5, 10, 64.0)\n'
                                               '>>> assert np.allclose(weight, [0.25, 0]) and tuple(state) == (4, 1, 0)\n',
                                       'failure_message': 'The gradient times 4 is (12, 16): it is (3, 4) with the norm 5, clipped to 2.5 it is (1.5, 2), and the rate is 0.5: from (1, 1) to (1 - '
                                                          '0.75, 1 - 1).',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
