OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> def by_number(ids):\n...     return -1.0 * ids\n>>> assert cheaper(by_number, [[1, 3]], [[4], [2, 2, 2]]) == 0.75\n',
                                       'failure_message': 'A model that asks k nats for id k: [1, 3] costs 2 nats per token, so it is cheaper than [4] and ties with [2, 2, 2].',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
