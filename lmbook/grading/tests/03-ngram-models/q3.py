OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert unseen_shares([[0]], [[0, 0, 0, 1]], 1) == (0.25, 0.5)\n',
                                       'failure_message': 'Tokens come first, types second: an n-gram that occurs twice is two tokens and one type.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
