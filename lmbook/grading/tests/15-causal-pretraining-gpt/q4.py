OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> weights = np.zeros((1, 5, 5))\n'
                                               '>>> weights[0, 2, :3] = [0.3, 0.6, 0.1]\n'
                                               '>>> weights[0, 4, :5] = [0.4, 0.3, 0.2, 0, 0.1]\n'
                                               '>>> assert np.allclose(induction_score(weights, np.array([5, 7, 5, 9, 7])), [0.4])\n',
                                       'failure_message': 'In the text 5 7 5 9 7 the query 2 should look at key 1 (after the first 5) and the query 4 at key 2 (after the first 7): 0.6 and 0.2 have '
                                                          'the mean 0.4.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               '...     induction_score(np.eye(3)[None], np.array([4, 1, 8]))\n'
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> assert refused\n',
                                       'failure_message': 'A text of different tokens has no such query: raise ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
