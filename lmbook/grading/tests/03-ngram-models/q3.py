OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert unseen_shares([[0]], [[0, 0, 0, 1]], 1) == (0.25, 0.5)\n',
                                       'failure_message': 'Tokens come first, types second: of the test text 0 0 0 1, one token in 4 and one type in 2 are missing from the training text 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
