OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q2',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = shapley(lambda on: 1.0 if on else 0.0, 2)\n>>> assert len(found) == 2 and all((abs(share - 0.5) < 1e-06 for share in found))\n',
                                       'failure_message': 'Two parts that do the same work share its score of 1: one half each.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = shapley(lambda on: float(sum((2 ** i for i in on))), 3)\n'
                                               '>>> assert all((abs(a - b) < 1e-05 for a, b in zip(found, [1, 2, 4], strict=True)))\n',
                                       'failure_message': 'Parts that do not depend on each other get what they bring: 1, 2 and 4.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
