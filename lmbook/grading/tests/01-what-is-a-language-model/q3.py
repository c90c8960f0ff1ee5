OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> lower, upper = rearranged_bounds([1, 1, 1, 2])\n>>> assert lower < upper\n',
                                       'failure_message': 'Return (lower, upper): the lower bound never exceeds the upper one.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert abs(rearranged_bounds([1, 2, 3, 4])[1] - 2) < 1e-09\n',
                                       'failure_message': 'Bounds in bits use the logarithm to base 2: four equal ranks have 2 bits.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
