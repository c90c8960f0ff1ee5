OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> found = fisher_penalty(np.zeros((1, 2)), np.array([[[2.0], [0.0]]]), np.array([3.0]))\n>>> assert np.isclose(found, 4.5)\n',
                                       'failure_message': 'Two answers with equal logits, only the first logit depends on the one weight, slope 2, moved by 3: F = 1, so R = 4.5.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
