OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> mask = window_mask(3, 2)\n>>> assert np.array_equal(mask, [[1, 0, 0], [1, 1, 0], [0, 1, 1]])\n',
                                       'failure_message': 'With 3 tokens and width 2 the rows are 100, 110, 011.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
