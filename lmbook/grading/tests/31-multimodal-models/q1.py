OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> one = np.array([[1.0, 0.0]])\n>>> assert abs(float(sigmoid_loss(one, one, 2.0, 0.0)) - math.log(1 + math.exp(-2))) < 1e-06\n',
                                       'failure_message': 'One pair that points the same way, scale 2, bias 0: log(1 + e^-2), about 0.127.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> two = np.eye(2)\n>>> assert abs(float(sigmoid_loss(two, two, 0.0, 0.0)) - 2 * math.log(2)) < 1e-06\n',
                                       'failure_message': 'Two pairs at right angles, scale 0, bias 0: four terms of log 2, divided by 2.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
