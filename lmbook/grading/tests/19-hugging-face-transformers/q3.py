OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> index, total = weight_index({'a': 4, 'b': 3, 'c': 5, 'd': 2}, 7)\n"
                                               ">>> one, two = (f'model-0000{n}-of-00002.safetensors' for n in (1, 2))\n"
                                               ">>> assert index == {'a': one, 'b': one, 'c': two, 'd': two} and total == 14\n",
                                       'failure_message': 'Sizes a 4, b 3, c 5, d 2 with 7 bytes a file: a and b fill the first file, c and d the second; the total is 14.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
