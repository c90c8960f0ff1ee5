OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> counts = np.array([[3, 1, 0], [0, 0, 2], [1, 1, 2]])\n'
                                               '>>> row = two_discounts(counts, np.ones(3) / 3, 0.5, 1.0)[0]\n'
                                               '>>> assert np.allclose(row, [0.625, 0.25, 0.125])\n',
                                       'failure_message': 'Row 0 has the counts 3, 1, 0. It keeps 2, 1/2, 0 and gives out 1 + 1/2, so λ = 1.5/4 = 0.375; with a uniform unigram every word gets 0.125 '
                                                          'of it: 0.625, 0.25, 0.125.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> rows = two_discounts(np.array([[3, 1], [1, 1]]), np.array([0.25, 0.75]), 0.5, 1.0)\n>>> assert np.allclose(rows.sum(axis=1), 1)\n',
                                       'failure_message': 'Every row must sum to one: λ(h) is what the row lost, divided by c(h).',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
