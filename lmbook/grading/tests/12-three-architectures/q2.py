OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> weights, biases = split_fused(np.arange(6.0)[:, None], 10 * np.arange(6.0), 2)\n'
                                               '>>> assert np.array_equal(weights[..., 0], [[0, 3], [1, 4], [2, 5]])\n'
                                               '>>> assert np.array_equal(biases, [[0, 30], [10, 40], [20, 50]])\n',
                                       'failure_message': 'Two heads of width 1: the rows 0 to 5 are q, k, v of head 0 and q, k, v of head 1. So the queries are the rows 0 and 3, the keys 1 and 4, '
                                                          'the values 2 and 5.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> weights, biases = split_fused(np.arange(6.0)[:, None], np.arange(6.0), 1)\n'
                                               '>>> assert np.array_equal(weights[..., 0], [[0, 1], [2, 3], [4, 5]])\n'
                                               '>>> assert np.array_equal(biases, [[0, 1], [2, 3], [4, 5]])\n',
                                       'failure_message': 'With one head of width 2 the rows stay as they are: 0 and 1 are the query, 2 and 3 the key, 4 and 5 the value.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
