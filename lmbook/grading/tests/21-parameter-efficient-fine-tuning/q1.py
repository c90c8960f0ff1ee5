OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert largest_rank([(4, 6), (4, 6)], 45) == 2\n',
                                       'failure_message': 'Two matrices of 4 × 6 and a budget of 45: a unit of rank costs 20 numbers, so the rank is 2.',
                                       'hidden': False,
                                       'locked': False},
                                   {'code': '>>> assert largest_rank([(4, 6)], 9) == 0\n', 'failure_message': 'A budget below one unit of rank gives 0.', 'hidden': False, 'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
