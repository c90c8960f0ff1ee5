OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert abs(covered_score(-2.0, np.array([[1.0]]), 1.0, 0.5) + 2.0) < 1e-09\n',
                                       'failure_message': 'One target token, alpha = 1: the penalty is (5 + 1) / 6 = 1, and full coverage adds nothing.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert abs(covered_score(-2.0, np.array([[0.5, 0.5]]), 1.0, 0.1) - (-2 + 0.2 * math.log(0.5))) < 1e-09\n',
                                       'failure_message': 'Two source tokens with 0.5 each: beta times 2 log 0.5 is added.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
