OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> assert tuple(smallest_format(np.ones((2, 4)), 2)) == ('dense', 16)\n",
                                       'failure_message': 'Eight weights without a zero are smallest as they are: 16 bytes.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> weight = np.tile([1.0, 0.0], (4, 8))\n>>> assert tuple(smallest_format(weight, 2)) == ('bitmask', 72)\n",
                                       'failure_message': 'Half of 64 weights: a bitmask of 8 bytes, and 64 bytes of weights.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
