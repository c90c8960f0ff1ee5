OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> found = bm25_plus(['cat'], ['the', 'cat'], {'cat': 1, 'the': 3}, 3, 2.0)\n>>> assert abs(found - math.log(4) * 2) < 1e-09\n",
                                       'failure_message': 'One word, once, in a passage of mean length, held by 1 of 3 passages: log(4 / 1) · (1 + 2.5 / 2.5).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> found = bm25_plus(['dog', 'cat'], ['the', 'cat'], {'cat': 1, 'the': 3}, 3, 2.0)\n>>> assert abs(found - math.log(4) * 2) < 1e-09\n",
                                       'failure_message': 'A word of the query that the passage does not hold adds nothing, also where holding does not name it.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
