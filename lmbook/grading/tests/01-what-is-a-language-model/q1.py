OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q1',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': ">>> assert abs(bits_per_byte('ab', [0.5, 0.25], 1.0) - 1.5) < 1e-09\n",
                                       'failure_message': '1 and 2 bits for 2 bytes are 1.5 bits per byte: take logarithms to base 2, and divide by the bytes of the text.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert abs(bits_per_byte('ab', [0.5, 0.25], 0.5) - 2) < 1e-09\n",
                                       'failure_message': 'The end mark is coded too: add the bits of eos_prob.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
