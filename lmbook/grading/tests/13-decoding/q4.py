OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert longest_context(100, 2, 4, 1, 4) == 3\n',
                                       'failure_message': '2 layers, 1 head of keys and values of width 4, 2 bytes: 2 · 2 · 1 · 4 · 2 = 32 bytes a token. So 100 bytes hold 3 tokens.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert longest_context(100, 2, 4, 1, 4, window=2, n_windowed=1) == 4\n',
                                       'failure_message': '16 bytes a token and layer: with one of two layers at a window of 2 it holds 32 bytes, and the rest of 100, 68 bytes, holds 4 tokens in the '
                                                          'other.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
