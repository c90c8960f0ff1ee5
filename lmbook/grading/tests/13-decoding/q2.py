OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert blocked([1, 2, 3, 1, 2], 3) == {3}\n',
                                       'failure_message': 'In 1 2 3 1 2 with n = 3 the end is 1 2, which was followed by 3: the set is {3}.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert blocked([4, 5, 4, 6, 4], 2) == {5, 6}\n',
                                       'failure_message': 'In 4 5 4 6 4 with n = 2 the end is 4, which was followed by 5 and by 6.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
