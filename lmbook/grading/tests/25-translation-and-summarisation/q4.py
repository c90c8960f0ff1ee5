OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {'code': ">>> assert consensus(['to be'], [-3.0]) == 0\n", 'failure_message': 'One candidate is the answer.', 'hidden': False, 'locked': False},
                                   {   'code': ">>> assert consensus(['to sea, to sea', 'the king is dead', 'the king is dead'], [-1.0] * 3) == 1\n",
                                       'failure_message': 'Two copies outweigh a single other one of the same probability.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
