OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert string_mass([0.5, 0.5, 0.5], 2)[0] < 1\n',
                                       'failure_message': 'A mass is never above 1. A stop after t tokens needs that the model went on before: do not add up the stop probabilities.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert abs(string_mass([0.25, 0.5], 0)[0] - 0.25) < 1e-09\n',
                                       'failure_message': 'The empty string counts: n tokens mean n + 1 decisions.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
