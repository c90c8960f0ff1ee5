OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> channel = {'the': {'teh': 0.1}, 'tea': {'teh': 0.2}}\n>>> assert channel_decision('teh', {'the': 0.9, 'tea': 0.1}, channel) == 'the'\n",
                                       'failure_message': 'The prior belongs to the score: a likely word beats a slightly better channel.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> channel = {'the': {'teh': 0.1}, 'tea': {'teh': 0.3}}\n>>> assert channel_decision('teh', {'the': 0.6, 'tea': 0.4}, channel) == 'tea'\n",
                                       'failure_message': 'The channel belongs to the score: the most frequent word is not always the one that is meant.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
