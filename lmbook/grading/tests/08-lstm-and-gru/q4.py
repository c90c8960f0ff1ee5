OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> assert list(gradient_lags(np.full((4, 1), 0.5), 0.2)) == [3]\n',
                                       'failure_message': 'Four gates of 0.5: the products are 0.5, 0.25, 0.125, 0.0625, so 0.2 is passed at lag 3.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert list(gradient_lags(np.ones((4, 1)), 0.2)) == [None]\n',
                                       'failure_message': 'A gate that is always 1 forgets nothing: the answer is None, not the last lag.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
