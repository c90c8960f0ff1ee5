OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> log_probs = {'研究': -2.0, '生命': -2.0, '研究生': -3.0, '命': -6.0}\n>>> assert segment_at_most('研究生命', log_probs, 3) == ['研究', '生命']\n",
                                       'failure_message': 'Two words are best here: the longest word first is not, and fewer than k words are allowed.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> log_probs = {'a': -1.0, 'b': -1.0, 'c': -1.0, 'ab': -3.0}\n>>> assert len(segment_at_most('abc', log_probs, 2) or []) < 3\n",
                                       'failure_message': 'k limits the number of words: with k = 2 no segmentation into three is allowed.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
