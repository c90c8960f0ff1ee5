OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> centres, codes = codebook(np.array([0.0, 1.0, 9.0, 10.0]), 2, 1)\n'
                                               '>>> assert np.abs(np.asarray(centres) - [0.5, 9.5]).max() < 1e-05\n'
                                               '>>> assert list(codes) == [0, 0, 1, 1]\n',
                                       'failure_message': '0, 1, 9 and 10 in one step: the centres 0.5 and 9.5.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> centres, codes = codebook(np.array([0.0, 1.0, 10.0]), 3, 0)\n'
                                               '>>> assert np.abs(np.asarray(centres) - [0, 5, 10]).max() < 1e-05\n'
                                               '>>> assert list(codes) == [0, 0, 2]\n',
                                       'failure_message': 'Without a step the centres are evenly spaced.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
