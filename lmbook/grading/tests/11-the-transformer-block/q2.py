OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert count_parameters(10, 4, 1, 2, 1, 6, True) == 172\n',
                                       'failure_message': 'V = 10, d = 4, 1 layer, 2 heads, 1 key head, d_ff = 6, tied: 40 + (32 + 16) + 72 + 8 + 4 = 172.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
