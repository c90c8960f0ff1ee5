OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = span_mask(8, 4, 3.0, Scripted([3, 5], [2, 3]))\n>>> assert found.dtype == bool and np.flatnonzero(found).tolist() == [2, 3, 4, 6]\n',
                                       'failure_message': 'Eight tokens, 4 to hide, lengths 3 and 5: the first span takes the third of the starts 0 to 5 and hides 2, 3, 4; the second is cut to the 1 '
                                                          'token that is left and takes the fourth of the starts 0 1 5 6 7, which is 6.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               '...     span_mask(3, 4, 2.0, Scripted([1] * 9, [0] * 9))\n'
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> assert refused and span_mask(3, 3, 2.0, Scripted([3], [0])).all()\n',
                                       'failure_message': 'More tokens to hide than there are: raise ValueError. All of them may be hidden.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
