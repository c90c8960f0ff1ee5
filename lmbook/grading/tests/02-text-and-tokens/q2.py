OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> assert encode_with_offsets('do', {'d', '##o', 'do'})[0][0] == 'do'\n",
                                       'failure_message': 'Take the longest piece that fits, not the shortest.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert encode_with_offsets('undo', {'un', '##do', 'do'})[1][0] == '##do'\n",
                                       'failure_message': 'A piece that does not begin a word carries ##.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
