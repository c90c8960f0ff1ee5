OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert pairwise_agreement([0.75, 0.5, 0.25], [3.0, 2.0, 1.0], [0, 0, 0], 0.0) == 1\n'
                                               '>>> found = pairwise_agreement([0.75, 0.25, 0.5], [3.0, 2.0, 1.0], [0, 0, 0], 0.0)\n'
                                               '>>> assert abs(found - 2 / 3) < 1e-06\n',
                                       'failure_message': 'Three translations of a sentence in the order that people gave them: all three pairs agree.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = pairwise_agreement([0.75, 0.5, 0.25, 0.5], [2.0, 1.0, 3.0, 4.0], [0, 0, 1, 1], 0.0)\n>>> assert found == 1\n',
                                       'failure_message': 'Translations of different sentences are not compared.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
