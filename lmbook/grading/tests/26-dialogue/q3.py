OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': '>>> found = leave_one_out([1.0, 0.0, 0.0], [7, 7, 7])\n>>> assert [round(a, 9) for a in found] == [1.0, -0.5, -0.5]\n',
                                       'failure_message': 'Rewards 1, 0, 0 of one prompt: 1 - 0, then 0 - 1/2 twice.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> found = leave_one_out([1.0, 0.0, 5.0, 3.0], [0, 0, 1, 1])\n>>> assert [round(a, 9) for a in found] == [1.0, -1.0, 2.0, -2.0]\n',
                                       'failure_message': 'Answers to different prompts are not compared.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
