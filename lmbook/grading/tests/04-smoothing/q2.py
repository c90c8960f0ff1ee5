OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> mass, types = unseen([1, 1, 2, 4])\n>>> assert abs(mass - 0.25) < 1e-09 and abs(types - 2) < 1e-09\n',
                                       'failure_message': 'The counts 1, 1, 2, 4 have N = 8, n1 = 2 and n2 = 1: a missing mass of 2/8 and 2² / (2 · 1) = 2 unseen types.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert abs(unseen([1, 1, 1, 5])[1] - 3) < 1e-09\n',
                                       'failure_message': 'No type occurs twice here: use n1 (n1 - 1) / 2, which does not divide by n2.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
