OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': ">>> answers = calibrated_choices([('To be, or not', [' the king', ' to be'])], ['And', 'The'])\n"
                                               '>>> assert answers[0][0] == 1 and abs(answers[0][1] - 2.97) < 0.1\n',
                                       'failure_message': "After 'To be, or not' the model chooses ' to be', by about 3 nats.",
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> items = [('Good', [' morrow', ' king']), ('The', [' morrow', ' king', ' be'])]\n"
                                               ">>> answers = calibrated_choices(items, ['Ay', 'And'])\n"
                                               '>>> assert len(answers) == 2 and all((margin >= 0 for _, margin in answers))\n'
                                               '>>> assert answers[0][0] == 0\n',
                                       'failure_message': 'One answer for each item, in their order; the margin is not negative.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
