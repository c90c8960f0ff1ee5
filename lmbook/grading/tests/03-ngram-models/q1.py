OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert skip_bigrams([[0, 1, 2]], 0) == {(0, 1): 1, (1, 2): 1}\n',
                                       'failure_message': 'With gap 0 the two are neighbours. The distance is gap + 1, not gap.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> crossing = [(0, 2), (0, 3), (1, 2), (1, 3)]\n'
                                               '>>> assert not any((pair in skip_bigrams([[0, 1], [2, 3]], gap) for gap in (0, 1) for pair in crossing))\n',
                                       'failure_message': 'A pair crosses from one sequence to the next.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
