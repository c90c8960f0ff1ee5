OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> clean, corrupt = (row('Good my lord'), row('Good my wife'))\n"
                                               ">>> found = attribution_patching(clean, corrupt, token(','), token(' be'))\n"
                                               '>>> assert np.shape(found) == (len(places), len(clean)) and (not isinstance(found, torch.Tensor))\n',
                                       'failure_message': 'One estimate for each of the five depths and each position, in a NumPy array.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> clean, corrupt = (row('My lord, the king'), row('My lady, the king'))\n"
                                               ">>> found = np.asarray(attribution_patching(clean, corrupt, token(','), token(' be')))\n"
                                               '>>> assert np.abs(found[:, :2]).max() < 0.0001 and np.abs(found[0, 3:]).max() < 0.0001\n'
                                               '>>> assert abs(found[0, 2]) > 0.001\n',
                                       'failure_message': 'Before the position at which the rows differ, the streams are equal and the estimate is 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
