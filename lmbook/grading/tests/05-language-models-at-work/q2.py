OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> log_priors, log_probs = (np.log([0.5, 0.5]), np.log([[0.8, 0.2], [0.2, 0.8]]))\n'
                                               '>>> assert classify([0], log_priors, log_probs, 0.5) == 0\n'
                                               '>>> assert classify([0], log_priors, log_probs, 0.7) is None\n',
                                       'failure_message': 'Token 0 gives the posteriors 0.8 and 0.2, a margin of 0.6: class 0 where the limit is 0.5, None where it is 0.7.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> log_priors, log_probs = (np.log([0.9, 0.1]), np.log([[0.8, 0.2], [0.2, 0.8]]))\n>>> assert classify([1], log_priors, log_probs, 0.0) == 0\n',
                                       'failure_message': 'Multiply the likelihood by the prior: 0.9 · 0.2 is more than 0.1 · 0.8.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
