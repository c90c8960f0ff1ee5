OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> rows = [['Rome', 'and', 'New', 'York']]\n"
                                               ">>> targets, predictions = ([[(0, 1, 'LOC'), (2, 4, 'LOC')]], [[(0, 1, 'LOC'), (3, 4, 'LOC')]])\n"
                                               ">>> assert recall_by_novelty({('Rome',)}, rows, targets, predictions) == (1.0, 0.0)\n",
                                       'failure_message': 'Rome is known and found, New York is new and missed: 1 and 0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
