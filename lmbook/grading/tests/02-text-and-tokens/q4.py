OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 1,
    'suites': [   {   'cases': [   {   'code': '>>> from types import SimpleNamespace\n'
                                               '>>> one_a_byte = SimpleNamespace(encode=lambda text: list(text.encode()), decode=lambda ids: bytes(ids).decode())\n'
                                               ">>> assert tokenizer_report(one_a_byte, ['语'])[:2] == (3, 1)\n",
                                       'failure_message': 'Characters come first, bytes second: 语 is one character and three bytes.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> from types import SimpleNamespace\n'
                                               '>>> three_bytes = SimpleNamespace(encode=lambda text: list(text.encode()), decode=lambda ids: bytes(ids[:3]).decode())\n'
                                               ">>> assert tokenizer_report(three_bytes, ['cat', 'horse'])[2] == ['horse']\n",
                                       'failure_message': 'List the texts that do not come back, not those that do.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
