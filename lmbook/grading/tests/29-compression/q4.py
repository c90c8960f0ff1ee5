OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> found = layer_sensitivity(row('My lord, the king'), 3)\n"
                                               '>>> assert set(found) == set(linear_layers(model))\n'
                                               '>>> assert all((float(value) > -1e-06 for value in found.values()))\n',
                                       'failure_message': 'One sensitivity for each linear layer, and none below 0.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> ids = row('My lord, the king')\n>>> assert sum(layer_sensitivity(ids, 8).values()) < sum(layer_sensitivity(ids, 3).values())\n",
                                       'failure_message': 'Eight bits harm less than three.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
