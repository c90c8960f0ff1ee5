OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> ids = np.array([[5, 6, 7], [8, 9, 5]])\n'
                                               '>>> chosen = np.array([[False, True, True], [True, False, False]])\n'
                                               '>>> inputs, labels = electra_batch(ids.copy(), chosen, np.array([4, 7, 3]))\n'
                                               '>>> assert inputs.tolist() == [[5, 4, 7], [3, 9, 5]]\n'
                                               '>>> assert labels.tolist() == [[0, 1, 0], [1, 0, 0]]\n',
                                       'failure_message': 'In the text 5 6 7 / 8 9 5 the second and third token and the fourth are hidden; the proposals 4 7 3 give 5 4 7 / 3 9 5, of which 4 and 3 '
                                                          'are replaced and 7 is the original.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
