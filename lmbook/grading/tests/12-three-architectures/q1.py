OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> found = prefix_mask(2, 4)\n>>> assert np.array_equal(found, [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]])\n',
                                       'failure_message': 'With 2 prefix tokens of 4 the first two rows are 1100, the third is 1110, the fourth 1111.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert prefix_mask(1, 3).dtype == bool and prefix_mask(1, 3).shape == (3, 3)\n',
                                       'failure_message': 'The entries are truth values: with integers an index or ~ would do something else.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
