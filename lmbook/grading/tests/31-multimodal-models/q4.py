OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> found = word_posteriors(spoken('P-EY-P-ER'), LEXICON, COUNTS)\n"
                                               '>>> assert set(found) == set(LEXICON) and abs(sum((float(p) for p in found.values())) - 1) < 0.0001\n',
                                       'failure_message': 'All words of the lexicon have a probability, and these sum to 1.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> for word, seed in (('elephant', 1), ('machine', 2), ('seven', 3)):\n"
                                               "...     found = word_posteriors(spoken('-'.join(LEXICON[word][0]), seed), LEXICON, COUNTS)\n"
                                               '...     assert float(found[word]) > 0.9\n',
                                       'failure_message': 'The word that was said has by far the greatest probability, when no other word sounds alike.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
