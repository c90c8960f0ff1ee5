OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> assert [int(i) for i in ask_about([['a', 'a'], ['a', 'b']], 1)] == [1]\n",
                                       'failure_message': 'Two models agree about text 0 and not about text 1: ask about text 1.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> votes = [['a', 'a', 'a'], ['a', 'b', 'b'], ['a', 'b', 'c']]\n>>> assert [int(i) for i in ask_about(votes, 2)] == [2, 1]\n",
                                       'failure_message': 'Three different votes are a greater disagreement than two to one.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
