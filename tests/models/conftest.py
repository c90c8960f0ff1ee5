"""Comparison with the models of transformers: random weights, logits with a real spread.

The tolerance is 1e-5 of the scale: of 1, or of the largest number compared where that is above 1.
"""

import copy
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing here may wait for a hub

import pytest
import torch
from torch import nn

TOLERANCE = 1e-5


class Parity:
    """What the comparisons share."""

    def __init__(self, properties):
        self.properties = properties

    def record(self, quantity, value):
        """Keep what was measured, for a report of pytest's (``--junit-xml``)."""
        self.properties.append((quantity, value))

    def randomize(self, theirs, seed=0):
        """Weights far from their beginning: no bias is zero, no norm's weight is one."""
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in theirs.parameters():
                if parameter.requires_grad:
                    noise = torch.randn(parameter.shape, generator=generator)
                    parameter.copy_(
                        0.25 * noise if parameter.dim() > 1 else parameter + 0.2 * noise
                    )
        return theirs.eval()

    def spread(self, logits, *last, wanted=4.0):
        """Scale the weights that the logits are proportional to until their deviation is 4."""
        with torch.no_grad():
            factor = wanted / logits().std()
            for parameter in last:
                parameter.mul_(factor)
            assert 3.9 < logits().std() < 4.1

    def check(self, quantity, ours, theirs, scale=None):
        """The largest difference is within the tolerance of the scale."""
        assert ours.shape == theirs.shape, quantity
        delta = (ours - theirs).abs().max().item()
        scale = max(1.0, theirs.abs().max().item()) if scale is None else scale
        self.record(quantity, f"{delta:.1e} of {scale:.1e}")
        assert delta <= TOLERANCE * scale, f"{quantity}: {delta:.2e} at scale {scale:.2e}"

    def check_gradients(self, ours, theirs, carry):
        """Every parameter's gradient; what carries weights over carries gradients over too.

        A gradient's scale is its largest entry, at least a hundredth of the largest of all: keys'
        biases, which change no weight of attention, have zero but for rounding.
        """
        gradients = copy.deepcopy(ours)
        with torch.no_grad():
            for (name, parameter), original in zip(
                gradients.named_parameters(), ours.parameters(), strict=True
            ):
                assert original.grad is not None, name
                parameter.copy_(original.grad)
        carried = carry(gradients)
        wanted = {name: p.grad for name, p in theirs.named_parameters() if p.grad is not None}
        trained = {name for name, p in theirs.named_parameters() if p.requires_grad}
        assert wanted.keys() == trained
        largest = max(gradient.abs().max().item() for gradient in wanted.values())
        worst = 0.0
        for name, gradient in wanted.items():
            scale = max(gradient.abs().max().item(), largest / 100)
            delta = (carried[name] - gradient).abs().max().item()
            worst = max(worst, delta / scale)
            assert delta <= TOLERANCE * scale, f"{name}: {delta:.2e} at scale {scale:.2e}"
        self.record("gradients, relative", f"{worst:.1e} of 1")

    def streams(self, blocks, call):
        """What goes into the first block and comes out of each, as ``call()`` runs."""
        seen = []
        hooks = [blocks[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))]
        hooks += [
            b.register_forward_hook(lambda _, __, output: seen.append(output)) for b in blocks
        ]
        try:
            call()
        finally:
            for hook in hooks:
                hook.remove()
        return seen

    def check_both_directions(self, theirs, convert, carry):
        """Theirs → ours → theirs is the identity, and a fresh model of theirs takes it strictly."""
        stored = carry(convert(theirs))
        fresh = type(theirs)(theirs.config)
        fresh.load_state_dict(stored, strict=True)
        for name, tensor in theirs.state_dict().items():
            if not name.endswith("embed_positions.weight"):  # computed on either side
                assert torch.equal(fresh.state_dict()[name], tensor), name


@pytest.fixture
def parity(request) -> Parity:
    return Parity(request.node.user_properties)


@pytest.fixture
def padded():
    """Ids of three rows and masks, padded on the right and on the left."""
    lengths, n_columns = torch.tensor([12, 7, 9]), 12
    right = torch.arange(n_columns) < lengths[:, None]
    ids = torch.randint(4, 60, (3, n_columns), generator=torch.Generator().manual_seed(5))
    return ids, right, right.flip(1)


@pytest.fixture
def cross_entropy():
    """The mean loss of random targets at the real tokens."""

    def loss(logits, mask):
        generator = torch.Generator().manual_seed(6)
        targets = torch.randint(logits.shape[-1], mask.shape, generator=generator)
        return nn.functional.cross_entropy(logits[mask], targets[mask])

    return loss
