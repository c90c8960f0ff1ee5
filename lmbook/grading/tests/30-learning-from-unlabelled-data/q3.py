OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> keys = np.array([[1.0, 0.0], [0.5, 0.75 ** 0.5], [0.0, 1.0]])\n'
                                               '>>> found = hard_negatives(keys, keys, 1, 0.1)\n'
                                               '>>> assert [int(j) for j in found[0]] == [1]\n',
                                       'failure_message': 'Three keys at 0, 60 and 90 degrees: for a query at 0 degrees the hardest negative is key 1.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> keys = np.array([[1.0, 0.0], [0.5, 0.75 ** 0.5], [0.0, 1.0]])\n'
                                               '>>> found = [[int(j) for j in row] for row in hard_negatives(keys, keys, 2, 0.1)]\n'
                                               '>>> assert found == [[1, 2], [2, 0], [1, 0]]\n',
                                       'failure_message': 'One list per query, with numbers of keys, the most similar key first.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
