OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> counts, targets = (np.array([[1, 0], [2, 0], [0, 5]]), np.array([1, 1, 0]))\n'
                                               '>>> expected = [np.log(3 / 4 / (1 / 3)), np.log(1 / 4 / (2 / 3))]\n'
                                               '>>> assert np.allclose(log_count_ratios(counts, targets), expected)\n',
                                       'failure_message': 'Two positive texts with the first word and one negative text with the second: u = 3 1, v = 1 2, so r = log(3/4 : 1/3) and log(1/4 : 2/3).',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
