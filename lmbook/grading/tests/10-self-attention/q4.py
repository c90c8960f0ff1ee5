OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert tuple(attention_cost(3, 1, 4, 2, 5, 2)) == (360, 120)\n',
                                       'failure_message': '3 tokens, 1 layer, 4 query heads, 2 key heads of width 5, 2 bytes: 2 · 4 · 9 · 5 = 360 multiply-adds and 2 · 2 · 3 · 5 · 2 = 120 bytes.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
