OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> options = [('K', 'AA1', 'T'), ('K', 'AE1', 'T', 'S')]\n>>> assert abs(phoneme_error_rate([('K', 'AE', 'T')], [options]) - 1 / 4) < 1e-09\n",
                                       'failure_message': 'The answer K AE T is one phoneme away from K AA1 T and from K AE1 T S. The longer one is taken: 1 error in 4 phonemes.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert phoneme_error_rate([('K', 'AE0', 'T')], [[('K', 'AE1', 'T')]]) == 0\n"
                                               ">>> assert phoneme_error_rate([('K', 'AE', 'T')], [[('K', 'AE2', 'T')]]) == 0\n",
                                       'failure_message': 'Stress does not count: AE0, AE1 and AE are the same phoneme.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
