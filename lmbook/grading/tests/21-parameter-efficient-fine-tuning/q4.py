OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> found = round_signed(np.array([1.0, -4.0, 2.0]), np.array([-0.5, 0.0, 0.5, 1.0]), 3)\n>>> assert np.allclose(found, [2.0, -4.0, 2.0])\n',
                                       'failure_message': 'The block (1, −4, 2) with the levels −0.5, 0, 0.5, 1: divided by −4 it is (−0.25, 1, −0.5).',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = round_signed(np.zeros((2, 3)), np.array([0.5, 1.0]), 4)\n>>> assert np.shape(found) == (2, 3) and (not np.any(found))\n',
                                       'failure_message': 'The result has the shape of the weight, and a block of zeros stays zero.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
