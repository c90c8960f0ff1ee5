OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> found = reward_per_token('Greet Hamlet.', ['Good morrow, Hamlet.', 'What is the news with thee?'])\n"
                                               '>>> assert len(found) == 2 and found[0] > found[1]\n',
                                       'failure_message': 'A fitting answer has a greater reward than a line of a play.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> one = reward_per_token('Say rose twice.', ['rose rose'], beta=1.0)[0]\n"
                                               ">>> ten = reward_per_token('Say rose twice.', ['rose rose'], beta=10.0)[0]\n"
                                               '>>> assert abs(ten - 10 * one) < 0.0001\n',
                                       'failure_message': 'The reward is proportional to beta.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
