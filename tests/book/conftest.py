"""The built book on a server of this machine."""

from pathlib import Path

import pytest

from tests.pages import served

HTML = Path(__file__).resolve().parents[2] / "_build/html"


@pytest.fixture(scope="module")
def site():
    if not (HTML / "index.html").is_file():
        pytest.fail("there is no _build/html: run `make book` first")
    with served(HTML) as address:
        yield address
