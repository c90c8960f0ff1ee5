OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> labelled, test = (np.eye(2), np.array([[2.0, 1.0], [0.1, 0.2]]))\n'
                                               '>>> found = balanced_self_training(labelled, [0, 1], np.ones((1, 2)), test, 1, 0)\n'
                                               '>>> assert [int(c) for c in found] == [0, 1]\n',
                                       'failure_message': 'Without a round the labelled texts alone decide: the nearest of two directions.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> few, labels, rest, test, answers = speech_vectors()\n'
                                               '>>> found = balanced_self_training(few, labels, rest, test, 20, 5)\n'
                                               '>>> assert sum((int(a) == b for a, b in zip(found, answers))) >= 85\n',
                                       'failure_message': 'Vectors of bert-tiny: with two labels and 20 pseudo-labels per class, five rounds decide at least 85 of 100 speeches rightly.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
