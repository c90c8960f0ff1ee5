OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> assert [shape(w) for w in ('walking', 'Dogs', 'the')] == ['aing', 'As', 'a']\n",
                                       'failure_message': 'walking has the ending ing and a small first letter: aing. Dogs: As. the: a.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert [shape(w) for w in ('...', '1998', 'NATO', 'well-known')] == ['mark', 'number', 'caps', 'hyphen']\n",
                                       'failure_message': 'Marks, numbers, capitals and hyphens: mark, number, caps, hyphen.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
