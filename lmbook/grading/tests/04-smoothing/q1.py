OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> k, bits = best_k(np.array([[2, 0], [0, 0]]), np.array([[0, 2], [0, 0]]), [1.0])\n>>> assert k == 1.0 and abs(bits - 2) < 1e-09\n',
                                       'failure_message': 'With k = 1 the unseen pair has probability (0 + 1) / (2 + 1 · 2) = 1/4. It occurs twice and costs 2 bits each time: 2 bits per token.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> bits = best_k(np.zeros((4, 4)), np.eye(4), [1.0])[1]\n>>> assert abs(bits - np.log(4)) > 1e-09\n',
                                       'failure_message': 'Bits need logarithms to base 2: this value is in nats.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
