"""What has the form of an address or a number is masked, and other numbers stay."""

import pytest

from lmbook.data.cleaning.personal import mask_personal


def test_each_kind_is_masked_and_counted():
    text = "ann.o@mail.example.org or 192.168.0.12, card 4111 1111 1111 1111, +44 20 7946 0958"
    masked = mask_personal(text)
    assert masked.text == "<mail> or <address>, card <card>, <phone>"
    assert masked.counts == {"mail": 1, "address": 1, "card": 1, "phone": 1}


@pytest.mark.parametrize(
    "text",
    [
        "version 3.11.400.2 of 1999",  # no IPv4 address: 400 is above 255
        "sum 4111111111111112",  # its Luhn sum is 31
        "in 1564 and 1616",
        "300,000 tokens at 0.25",
        "Act 3, scene 2",
        "@home",
    ],
)
def test_other_numbers_stay(text):
    assert mask_personal(text) == (text, {})


def test_a_telephone_number_of_seven_digits_in_groups_is_the_shortest():
    assert mask_personal("555 1234").text == "<phone>"
    assert mask_personal("55 1234").text == "55 1234"
    assert mask_personal("call (030) 555-0199 now").text == "call <phone> now"
