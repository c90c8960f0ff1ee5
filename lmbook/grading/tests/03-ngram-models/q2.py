OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert abs(perplexity([[-3.0]]) - 8) < 1e-09\n',
                                       'failure_message': 'A token with the logarithm -3 has the perplexity 2³ = 8: the mean is an exponent of 2, not of e, and its sign is turned around.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert abs(perplexity([[-1.0, -3.0, -2.0], [-2.0]]) - 4) < 1e-09\n',
                                       'failure_message': 'Divide by the number of tokens, not by the number of sequences.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
