OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert kept_exchanges([5, 4, 3, 2], 9, set()) == [1, 2, 3]\n',
                                       'failure_message': 'Lengths 5, 4, 3, 2 and a limit of 9: the last three fit.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert kept_exchanges([5, 4, 3, 2], 9, {0}) == [0, 3]\n',
                                       'failure_message': 'A pinned exchange stays: with the first one pinned, 5 + 2 leaves room for 2 more tokens, and 3 do not fit.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
