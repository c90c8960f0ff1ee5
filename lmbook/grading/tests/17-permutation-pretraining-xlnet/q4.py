OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert np.allclose(memory_reach(2, 4, 4), (11, 8))\n',
                                       'failure_message': 'Two layers, memory and segments of 4: the upper layer looks back 3 + 4 tokens, the lower one 4 more: 11. A window has 8 · 8 scores for one '
                                                          'token, a segment with memory 4 · 8 for 4 tokens: 64 / 8 = 8.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> n_refused = 0\n'
                                               '>>> for arguments in ((0, 4, 4), (2, 4, 0), (2, -4, 4), (2, 6, 4), (2, -1, 1)):\n'
                                               '...     try:\n'
                                               '...         memory_reach(*arguments)\n'
                                               '...     except ValueError:\n'
                                               '...         n_refused += 1\n'
                                               '>>> assert n_refused == 5\n',
                                       'failure_message': 'Raise ValueError for no layer, no step, a negative memory, and a memory of 6 with segments of 4.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
