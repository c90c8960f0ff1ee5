OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert phrase_pairs({(0, 0), (1, 1)}, 2, 2, 3) == {(0, 0, 0, 0), (1, 1, 1, 1), (0, 1, 0, 1)}\n',
                                       'failure_message': 'Two words in the same order: each pair, and both together.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert phrase_pairs({(0, 0), (0, 1)}, 1, 2, 3) == {(0, 0, 0, 1)}\n',
                                       'failure_message': 'A source word linked to two target words needs both of them.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
