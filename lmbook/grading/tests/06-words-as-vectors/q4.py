OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> inputs, outputs = (np.array([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]]), np.zeros((3, 2)))\n'
                                               '>>> loss, grad_centre, grad_outputs = negative_sampling(inputs, outputs, 0, [0], [[1, 2]])\n'
                                               '>>> assert abs(loss - 3 * np.log(2)) < 1e-09 and np.allclose(grad_centre, 0)\n'
                                               '>>> assert np.allclose(grad_outputs, [[-0.5, -1], [0.5, 1], [0.5, 1]])\n',
                                       'failure_message': "All outputs are 0, so every score is 0 and σ = 1/2: three pairs cost log 2 each. The context's row gets -u/2, the two noise rows u/2, the "
                                                          'centre nothing.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> inputs, outputs = (np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[np.log(3), 0.0], [0.0, 6.0]]))\n'
                                               '>>> _, grad_centre, _ = negative_sampling(inputs, outputs, 0, [0], [[1]])\n'
                                               '>>> assert np.allclose(grad_centre, [-0.25 * np.log(3), 3.0])\n',
                                       'failure_message': "The score of the context is log 3, so σ = 3/4 and the centre's gradient gets -1/4 of the context's row; the noise word adds 1/2 of its own "
                                                          'row.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
