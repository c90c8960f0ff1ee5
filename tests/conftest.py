"""Settings for every test: no time limits that a busy machine would break, one torch thread."""

import hypothesis
import pytest
import torch

from tests.pages import chromium

# A shared machine can be slow at any moment; speed is measured by benchmarks, not by tests.
hypothesis.settings.register_profile("lmbook", deadline=None)
hypothesis.settings.load_profile("lmbook")
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def browser():
    """Chromium, for tests that look at pages; without Playwright they are skipped."""
    with chromium(pytest.importorskip("playwright.sync_api")) as browser:
        yield browser
