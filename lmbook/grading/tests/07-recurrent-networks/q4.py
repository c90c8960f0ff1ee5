OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> batches = stateful_batches([[5, 6, 7], [8], [9, 4]], 2, 2, 1)\n'
                                               '>>> assert [list(inputs[0]) for inputs, _, _ in batches] == [[1, 5], [6, 1], [9, 1]]\n'
                                               '>>> assert [list(targets[0]) for _, targets, _ in batches] == [[5, 6], [7, 9], [4, -100]]\n',
                                       'failure_message': 'The example in batches of two steps: three batches, with the inputs 1 5 | 6 1 | 9 1 and the targets 5 6 | 7 9 | 4 -100 in row 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> batches = stateful_batches([[5, 6, 7], [8], [9, 4]], 2, 2, 1)\n'
                                               '>>> assert [list(resets[0]) for _, _, resets in batches] == [[1, 0], [0, 1], [0, 0]]\n',
                                       'failure_message': 'A document begins at the first step of row 0 and at the second step of its second piece, and nowhere else.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
