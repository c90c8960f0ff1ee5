OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert largest_model(1.0, 4000000000.0, 0.5, 12.0) == 316227\n',
                                       'failure_message': '1 hour at 4e9 operations a second, half used: C = 7.2e12. With 12 tokens a parameter N² = 7.2e12 / 72 = 1e11, so N = 316227.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
