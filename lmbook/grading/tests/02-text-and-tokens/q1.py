OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> assert learn_merges({'ab': 1, 'cd': 2, 'ef': 1, 'gh': 1}, 0.35)[:1] == [('c', 'd')]\n",
                                       'failure_message': 'A pair in a word with count 2 counts twice.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert learn_merges({'ab': 1, 'cd': 1, 'ef': 1, 'gh': 1}, 0.5) == []\n",
                                       'failure_message': 'Stop as soon as the share of the best pair is below min_share.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
