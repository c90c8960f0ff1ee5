OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> confidence, right = (np.array([0.8, 1.0, 0.6, 0.9]), np.array([True, True, False, True]))\n'
                                               '>>> assert np.isclose(adaptive_calibration_error(confidence, right, 2), 0.125)\n',
                                       'failure_message': 'Confidences 0.6 0.8 0.9 1.0, right: no yes yes yes, two bins: |0.5 - 0.7| and |1 - 0.95|, each with weight 1/2: 0.125.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
