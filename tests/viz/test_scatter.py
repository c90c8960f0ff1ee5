"""Points with places of their own, and what is refused."""

import pytest
from matplotlib.axes import Axes

from lmbook.viz.scatter import measured

SERIES = {"small": [(10, 3.0), (100, 2.0)], "large": [(20, 2.5), (200, 1.5), (2000, 1.0)]}


def test_each_series_keeps_its_points_and_stars_are_added():
    ax = measured(SERIES, "tokens", "nats", title="size", ticks=[10, 100], marks=[(50, 1.2)])
    assert isinstance(ax, Axes) and ax.get_xscale() == "log"
    lines = ax.get_lines()
    assert lines[1].get_xydata().tolist() == [[20, 2.5], [200, 1.5], [2000, 1.0]]
    assert len(lines) == 3 and lines[2].get_marker() == "*"
    assert ax.get_legend().get_title().get_text() == "size"
    assert ax.get_xlabel() == "tokens" and ax.get_ylabel() == "nats"


def test_one_series_needs_no_legend():
    assert measured({"a": [(1, 2)]}, "x", "y").get_legend() is None


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ({}, "series={} is empty"),
        ({"a": []}, "series 'a' is empty"),
        ({"a": [(0, 1), (2, 3)]}, "series 'a' holds x=0, not above 0"),
    ],
)
def test_what_cannot_be_drawn_is_named(series, message):
    with pytest.raises(ValueError, match=message):
        measured(series, "x", "y")
