OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> found = (bands_needed(0.5, 0.57, 2), bands_needed(0.5, 0.58, 2))\n>>> assert found == (3, 4) and all((type(n) is int for n in found))\n',
                                       'failure_message': 'similarity 0.5, two rows: a band agrees with probability 1/4. Three bands: 1 - (3/4)³ = 0.578, so recall 0.57 needs 3 and 0.58 needs 4, '
                                                          'each an int.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert bands_needed(1.0, 0.999, 7) == 1\n',
                                       'failure_message': 'Identical texts agree in every band: one is enough.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
