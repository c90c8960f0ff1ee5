OK_FORMAT = True

test = {   'all_or_nothing': True,
    'name': 'q3',
    'points': 2,
    'suites': [   {   'cases': [   {   'code': ">>> shapes = {'embedding.weight': (9, 4), 'blocks.0.feedforward.up.weight': (8, 4)}\n"
                                               ">>> shapes |= {'blocks.1.feedforward.up.weight': (8, 4), 'norm.weight': (4,)}\n"
                                               '>>> groups = group_parameters(shapes, 0.8, 0.1, 0.5, 2)\n'
                                               ">>> assert np.allclose([group['lr'] for group in groups], [0.1, 0.2, 0.4, 0.8])\n",
                                       'failure_message': 'Two blocks, lr = 0.8, factor 1/2: the last norm has 0.8, block 1 has 0.8/2 = 0.4, block 0 has 0.4/2 = 0.2, and the embedding 0.2/2 = 0.1.',
                                       'hidden': False,
                                       'locked': False},
                                   {   'code': ">>> shapes = {'blocks.0.attention.query.bias': (4,), 'blocks.0.attention.query.weight': (4, 4)}\n"
                                               '>>> matrices, vectors = group_parameters(shapes, 0.8, 0.1, 0.5, 1)\n'
                                               ">>> assert list(matrices['names']) == ['blocks.0.attention.query.weight']\n"
                                               ">>> assert list(vectors['names']) == ['blocks.0.attention.query.bias']\n"
                                               ">>> assert np.allclose([matrices['lr'], vectors['lr']], 0.4)\n"
                                               ">>> assert [matrices['weight_decay'], vectors['weight_decay']] == [0.1, 0]\n",
                                       'failure_message': 'One block: its matrix (4, 4) decays, its bias (4,) does not, so it has two groups; the factor 1/2 gives them 0.8/2 = 0.4.',
                                       'hidden': False,
                                       'locked': False}],
                      'scored': True,
                      'setup': '',
                      'teardown': '',
                      'type': 'doctest'}]}
