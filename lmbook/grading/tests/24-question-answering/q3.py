OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> assert abs(chinese_f1('北京市', ['北京']) - 0.8) < 1e-09\n",
                                       'failure_message': '北京市 against 北京: two units in common, precision 2/3, recall 1, F1 0.8.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> assert chinese_f1('gpt2模型。', ['GPT2 模型']) == 1\n>>> assert abs(chinese_f1('GPT2', ['GPT2模型']) - 0.5) < 1e-09\n",
                                       'failure_message': 'GPT2模型 has three units: gpt2, 模, 型. Case and punctuation do not count.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
