OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> assert to_bilou(['B-PER', 'I-PER', 'O', 'B-LOC']) == ['B-PER', 'L-PER', 'O', 'U-LOC']\n",
                                       'failure_message': 'B-PER I-PER O B-LOC is a span of two and a span of one: B-PER L-PER O U-LOC.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert to_bilou(['O', 'B-ORG', 'I-ORG', 'I-ORG']) == ['O', 'B-ORG', 'I-ORG', 'L-ORG']\n",
                                       'failure_message': 'A span of three has an I in the middle: O B-ORG I-ORG L-ORG.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
