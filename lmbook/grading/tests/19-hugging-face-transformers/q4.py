OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> wanted = {'enc.a.w': (2, 3), 'enc.a.b': (2,), 'head.w': (5, 2)}\n"
                                               ">>> found = {'a.w': (2, 3), 'a.b': (3,), 'x': (1,)}\n"
                                               ">>> report = load_report(wanted, found, 'enc.')\n"
                                               ">>> assert report['missing'] == ['head.w']\n"
                                               ">>> assert report['unexpected'] == ['enc.x']\n"
                                               ">>> assert report['mismatched'] == ['enc.a.b']\n",
                                       'failure_message': 'A bare file for a model with a head: a.w and a.b get the prefix; head.w is missing, enc.a.b has another shape, enc.x is unexpected.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> refused = False\n'
                                               '>>> try:\n'
                                               "...     load_report({'a': (1,)}, {'enc.a': (1,), 'a': (1,)}, 'enc.')\n"
                                               '... except ValueError:\n'
                                               '...     refused = True\n'
                                               '>>> assert refused\n',
                                       'failure_message': 'If two names of the file become equal without the prefix, raise ValueError.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
