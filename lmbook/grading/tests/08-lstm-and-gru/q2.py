OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> bias = np.array([0, np.log(3) / 2, 0])\n'
                                               '>>> outputs = coupled_layer(np.zeros((1, 2, 1)), np.zeros((3, 1)), np.zeros((3, 1)), bias)\n'
                                               '>>> assert np.allclose(outputs.ravel(), np.tanh([1 / 4, 3 / 8]) / 2)\n',
                                       'failure_message': 'With zero weights f = o = 1/2 and g = 1/2: the cell is 1/4, then 1/8 + 1/4 = 3/8, and the states are half their tanh.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert coupled_size(2, 5, 1) == 120\n',
                                       'failure_message': 'With 2 inputs and 5 units w_x has 15 · 2 numbers, w_h has 15 · 5, and there are 15 biases: 120.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
