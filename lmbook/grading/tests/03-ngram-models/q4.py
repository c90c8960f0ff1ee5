OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> assert sample_with({9: {0: 1, 2: 3}}, [0.1], 9, 1) == [0]\n',
                                       'failure_message': 'A likely word is not the only one: u decides, the largest count does not.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert sample_with({9: {1: 1}, 1: {1: 1}}, [0.5, 0.5], 9, 1) == [1]\n',
                                       'failure_message': 'Nothing comes after the end mark: stop there.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
