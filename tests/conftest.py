"""Settings for every test: no time limits that a busy machine would break, one torch thread."""

import hypothesis
import torch

# A shared machine can be slow at any moment; speed is measured by benchmarks, not by tests.
hypothesis.settings.register_profile("lmbook", deadline=None)
hypothesis.settings.load_profile("lmbook")
torch.set_num_threads(1)
