OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = np.asarray(positions_2d(1, 1, 4))\n>>> assert found.shape == (1, 4) and np.abs(found - [[0, 1, 0, 1]]).max() < 1e-06\n',
                                       'failure_message': 'The patch in the corner: row 0 and column 0 give 0, 1, 0, 1.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = np.asarray(positions_2d(1, 2, 4))\n>>> assert np.abs(found - [[0, 1, 0, 1], [0, 1, math.sin(1), math.cos(1)]]).max() < 1e-06\n',
                                       'failure_message': 'Two patches side by side with four entries: only the second half differs.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
