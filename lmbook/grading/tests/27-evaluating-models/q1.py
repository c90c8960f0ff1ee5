OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> found = gleu(['the', 'cat', 'sat'], [['the', 'cat', 'sat', 'down']])\n>>> assert abs(found - 0.6) < 1e-06\n",
                                       'failure_message': "'the cat sat' has 3 + 2 + 1 = 6 n-grams, all of them among the 10 of 'the cat sat down': the smaller of 6/6 and 6/10.",
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert abs(gleu(['the', 'the', 'the'], [['the', 'cat']]) - 1 / 6) < 1e-06\n",
                                       'failure_message': "Matches are clipped: 'the the the' has one match with 'the cat', of 6 n-grams.",
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
