OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> assert list(allocate_bits([{2: 4.0, 4: 1.0}, {2: 9.0, 4: 1.0}], [10, 10], 60)) == [2, 4]\n',
                                       'failure_message': 'Two layers of ten weights in 60 bits: the one that suffers more gets 4 bits.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> assert list(allocate_bits([{2: 4.0, 4: 1.0}, {2: 9.0, 4: 1.0}], [10, 10], 80)) == [4, 4]\n',
                                       'failure_message': 'A choice that takes the whole budget fits.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
