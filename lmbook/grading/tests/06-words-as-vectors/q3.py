OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> vectors = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [2.0, 0.0]])\n>>> assert list(neighbours(vectors, 0, 3, set())) == [3, 1, 2]\n',
                                       'failure_message': 'Word 0 is (1, 0). Word 3, (2, 0), has cosine 1, word 1, (1, 1), has 1/√2, word 2, (0, 1), has 0: the neighbours are 3, 1, 2.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> vectors = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [2.0, 0.0]])\n>>> assert 0 not in neighbours(vectors, 0, 2, set())\n',
                                       'failure_message': 'A word is not a neighbour of itself.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
