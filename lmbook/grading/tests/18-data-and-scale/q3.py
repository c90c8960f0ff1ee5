OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = best_size(np.array([20.0, 10.0]), (0.0, 1.0, 1.0, 1.0, 1.0), 1200.0, 0.0)\n'
                                               '>>> assert found == (10.0, 20.0) and all((isinstance(x, float) for x in found))\n',
                                       'failure_message': 'Sizes 10 and 20, law (0, 1, 1, 1, 1), 1,200 operations, no use: D is 20 and 10, both losses are 0.15, and the smaller size wins.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> size, tokens = best_size(np.array([10.0, 20.0]), (0.0, 1.0, 1.0, 1.0, 1.0), 1200.0, 15.0)\n>>> assert (size, tokens) == (10.0, 15.0)\n',
                                       'failure_message': 'Sizes 10 and 20, 1,200 operations, 15 tokens of use: 300 and 600 operations go to the users, so D = 900 / 60 = 15 for the first.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
