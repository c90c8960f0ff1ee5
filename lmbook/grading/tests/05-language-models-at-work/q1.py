OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> assert slips('at', {'a': 'qs', 't': 'r'}) == ['a', 'ar', 'qt', 'st', 't', 'ta']\n",
                                       'failure_message': 'From at: leave out a letter (a, t), swap (ta), replace a by q or s and t by r (qt, st, ar), in alphabetical order.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> found = slips('aab', {'a': '', 'b': ''})\n>>> assert len(found) == len(set(found))\n",
                                       'failure_message': 'Each candidate once: aab without its first or without its second letter is the same string.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
