OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> found = accuracy_by_length(list('aaab'), list('aaaa'), [5] * 4, [0, 10])\n>>> assert abs(found[0] - 0.5) < 1e-09\n",
                                       'failure_message': 'Language a has 3 of 3, language b 0 of 1: the mean over the languages is 1/2. 3/4 is the share of the texts.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> found = accuracy_by_length(['a', 'a', 'b'], ['a', 'a', 'b'], [1, 11, 12], [0, 10, 20])\n>>> assert not abs(found[0] - 0.5) < 1e-09\n",
                                       'failure_message': 'Language b has no text in the first bucket: leave it out there, do not count it as 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
