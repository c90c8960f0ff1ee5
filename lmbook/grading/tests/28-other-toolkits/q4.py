OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q4',
    'points': 3,
    'suites': [   {   'cases': [   {   'code': '>>> weights = weights_of(model)\n'
                                               '>>> found = permute_stream(weights, list(range(model.config.d_model)))\n'
                                               '>>> assert all((np.array_equal(found[name], array) for name, array in weights.items()))\n',
                                       'failure_message': 'The order 0, 1, 2 … changes nothing.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': '>>> order = np.random.default_rng(0).permutation(192).tolist()\n'
                                               '>>> found = permute_stream(weights_of(model), order)\n'
                                               '>>> wanted = logits(model, weights_of(model), ids)\n'
                                               '>>> assert np.abs(logits(model, found, ids) - wanted).max() < 0.001\n',
                                       'failure_message': 'The logits stay the same.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
