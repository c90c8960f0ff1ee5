OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> saved = [{'a': np.array([1.0])}, {'a': np.array([2.0])}, {'a': np.array([6.0])}]\n"
                                               '>>> found = average_checkpoints(saved)\n'
                                               ">>> assert list(found) == ['a'] and abs(float(found['a'][0]) - 3) < 1e-06\n",
                                       'failure_message': 'The mean of 1, 2 and 6 is 3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> saved = [{'n': np.array(10)}, {'n': np.array(20)}]\n>>> assert int(average_checkpoints(saved)['n']) == 20\n",
                                       'failure_message': 'A counter is that of the last checkpoint.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
