OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> expected = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]\n'
                                               '>>> found = pll_masks(np.array([-1, 0, 0, 1]))\n'
                                               '>>> assert found.dtype == bool and np.array_equal(found, expected)\n',
                                       'failure_message': 'Special, a word of two pieces, a word of one: the first piece hides itself and the second, the others hide only themselves, and the special '
                                                          'token has no True.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
