OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> example = (np.array([[-4.0, -9, -6]]), np.array([[2, 9, 4]]), np.array([[-3.0, -9, -8]]))\n'
                                               ">>> assert [choose(*example, n).tolist() for n in ('raw', 'bytes', 'pmi')] == [[0], [1], [2]]\n",
                                       'failure_message': 'Answers with log P = -4, -9, -6, of 2, 9, 4 bytes, and log P without the question -3, -9, -8: raw chooses the first; per byte they have -2, '
                                                          '-1, -1.5; the question changes them by -1, 0, +2.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               "...     choose(np.array([[-1.0]]), np.array([[1]]), np.array([[-1.0]]), 'tokens')\n"
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> assert refused\n',
                                       'failure_message': 'A word that is none of the three raises ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
