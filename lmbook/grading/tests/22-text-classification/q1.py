OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> scores, targets = (np.array([0.9, 0.6, 0.4, 0.2]), np.array([1, 0, 1, 0]))\n>>> assert cheapest_threshold(scores, targets, 1.0, 1.0) == 0.9\n',
                                       'failure_message': 'Scores 0.9 0.6 0.4 0.2 of spam, ham, spam, ham: at equal costs of 1 the thresholds 0.4 and 0.9 cost 1 each, and the higher one is 0.9.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> scores, targets = (np.array([0.9, 0.6, 0.4, 0.2]), np.array([1, 0, 1, 0]))\n>>> assert cheapest_threshold(scores, targets, 1.0, 3.0) == 0.4\n',
                                       'failure_message': 'In the same example, with misses three times as dear as alarms, 0.4 costs 1 and 0.9 costs 3.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
