OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert best_fit_pack([3, 5, 4, 2, 2], 8) == [[1, 0], [2, 3, 4]]\n',
                                       'failure_message': 'Lengths 3 5 4 2 2 in rows of 8: document 1 (5 tokens) opens a row and leaves 3, document 2 (4) opens another and leaves 4; document 0 (3) '
                                                          'fits best into the first; documents 3 and 4 (2 each) fill the second.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> try:\n'
                                               '...     best_fit_pack([3, 9], 8)\n'
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '... else:\n'
                                               '...     refused = False\n'
                                               '>>> assert refused and best_fit_pack([8], 8) == [[0]]\n',
                                       'failure_message': 'A document of 9 tokens does not fit into a row of 8: raise ValueError. One of 8 does.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
