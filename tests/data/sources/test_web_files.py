"""Addresses that are refused; tests/data/sets/test_hub_reading.py fetches from a server."""

import pytest

from lmbook.data.sources.web_files import read_web_file


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "https://host",
        "https://host/",
        "no address",
        "http://h/../x",
        "https://host/file?version=2",
    ],
)
def test_what_is_no_address_of_a_file_is_refused(url):
    with pytest.raises(ValueError, match="is not the address of a file"):
        read_web_file(url)
