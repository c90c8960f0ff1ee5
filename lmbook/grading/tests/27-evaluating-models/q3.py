OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert abs(sign_flip_p([2.0, 3.0, 4.0], [1.0, 1.0, 1.0]) - 2 / 8) < 1e-12\n',
                                       'failure_message': 'Differences 1, 2, 3: of the 8 sums only 6 and -6 are as far from 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert sign_flip_p([1.0, 1.0], [0.0, 1.0]) == 1\n',
                                       'failure_message': 'Differences 1 and 0: all of the sums 1, 1, -1, -1 are as far from 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
