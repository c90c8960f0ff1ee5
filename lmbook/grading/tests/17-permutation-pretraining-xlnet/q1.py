OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> table = {(1, 0, ()): 0.4, (0, 1, ((1, 0),)): 0.75}\n'
                                               '>>> def conditional(position, token, known):\n'
                                               '...     return float(np.log(table[position, token, tuple(sorted(known.items()))]))\n'
                                               '>>> assert np.isclose(order_log_prob(conditional, [1, 0], [1, 0]), np.log(0.3))\n',
                                       'failure_message': 'The text 1 0 backwards: first the token 0 at position 1, with probability 0.4; then the token 1 at position 0, given that 0 stands at 1, '
                                                          'with 0.75. The logarithm of 0.3 is asked for.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> n_refused = 0\n'
                                               '>>> for order in ([0, 0], [0], [1, 2], [0, 1, 2]):\n'
                                               '...     try:\n'
                                               '...         order_log_prob(lambda position, token, known: -1.0, [5, 5], order)\n'
                                               '...     except ValueError:\n'
                                               '...         n_refused += 1\n'
                                               '>>> assert n_refused == 4\n',
                                       'failure_message': 'An order that names a position twice, or leaves one out, raises ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
