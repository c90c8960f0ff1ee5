OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> assert abs(novelty(list('abcd'), list('abce'), 2) - 1 / 3) < 1e-09\n",
                                       'failure_message': 'Of the bigrams a b, b c, c d the text a b c e holds two: 1/3 is new.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert novelty(['a'], ['b', 'c'], 2) == 0.0\n",
                                       'failure_message': 'A summary shorter than n words has no n-gram: 0.0.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
