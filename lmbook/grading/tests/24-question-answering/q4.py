OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> passages = ['my lord is dead', 'to sea, to sea', 'the king is dead', 'a rose']\n"
                                               ">>> vectors = embed(['who is dead', *passages])\n"
                                               ">>> order = np.argsort(-(vectors[1:] @ vectors[0]), kind='stable')\n"
                                               ">>> assert diverse('who is dead', passages, 4, 1.0) == order.tolist()\n",
                                       'failure_message': 'With weight 1 the passages come in the order of their dot products with the question.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> passages = ['the king is dead', 'the king is dead', 'to sea, to sea']\n"
                                               ">>> found = diverse('is the king dead', passages, 3, 0.5)\n"
                                               '>>> assert found == [0, 2, 1]\n',
                                       'failure_message': 'Of two copies of the best passage the second has to wait: its penalty is 1.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
