OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert abs(listwise_loss([2.0, 1.0]) - math.log(1 + math.exp(-1))) < 1e-05\n',
                                       'failure_message': 'Rewards 2 and 1: the loss of Bradley and Terry, log(1 + e^-1).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert abs(listwise_loss([0.5, 0.5, 0.5]) - math.log(6)) < 1e-05\n',
                                       'failure_message': 'Three equal rewards: log 3 for the first place, log 2 for the second.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
