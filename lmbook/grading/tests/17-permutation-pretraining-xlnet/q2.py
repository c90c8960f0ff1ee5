OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> positions, n_context = predicted_in_order(np.array([0, 4, 2, 6, 1, 5, 3]), 1, 3)\n'
                                               '>>> assert list(positions) == [3, 5] and list(n_context) == [6, 5]\n',
                                       'failure_message': 'Order 0 4 2 6 1 5 3 with one start token and K = 3: two of six are predicted, 5 and then 3. From left to right: 3 sees the six others, 5 '
                                                          'sees five (not 3).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> n_refused = 0\n'
                                               '>>> for order, n_first, k in (([0, 1], 1, 0), ([0, 1], 2, 1), ([0, 2, 1], 2, 1), ([1, 0], 1, 1)):\n'
                                               '...     try:\n'
                                               '...         predicted_in_order(np.array(order), n_first, k)\n'
                                               '...     except ValueError:\n'
                                               '...         n_refused += 1\n'
                                               '>>> assert n_refused == 4\n',
                                       'failure_message': 'Raise ValueError for K = 0, for an order of start tokens alone, and for one that does not begin with them.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
