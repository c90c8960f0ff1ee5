OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> inputs, share = mix_inputs(np.array([[5, 6, 7]]), np.array([[8, 9, 4]]), np.array([[True, False, True]]), 1, 0)\n'
                                               '>>> assert list(inputs[0]) == [1, 8, 6] and abs(share - 0.5) < 1e-09\n',
                                       'failure_message': 'Step 0 has the start, step 1 a guess (the toss of step 1 is False), step 2 the gold token of step 1: 1, 8, 6. One of two inputs is a guess.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> gold, predicted = (np.array([[5, -100, -100]]), np.array([[8, 9, 4]]))\n'
                                               '>>> inputs, _ = mix_inputs(gold, predicted, np.ones((1, 3), bool), 1, 0)\n'
                                               '>>> assert list(inputs[0]) == [1, 5, 0]\n',
                                       'failure_message': 'Behind the end of a row the input is pad_id: -100 is no token.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
