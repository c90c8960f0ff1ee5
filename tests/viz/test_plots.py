from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt

from lmbook.viz.plots import COLOURS, bars, curve, heatmap, plain_log_ticks, use_book_style


@pytest.fixture(autouse=True)
def book_style():
    with mpl.rc_context():
        use_book_style()
        yield
        plt.close("all")


def relative_luminance(colour: str) -> float:
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_book_style_is_white_and_640_by_360_pixels():
    figure = plt.figure()
    assert mpl.colors.to_hex(figure.get_facecolor()) == "#ffffff"
    assert figure.canvas.get_width_height() == (640, 360)


def test_no_colour_of_the_cycle_is_as_pale_as_the_left_out_yellow():
    assert max(map(relative_luminance, COLOURS)) < 0.5 < relative_luminance("#F0E442")


def test_a_curve_draws_each_series_with_names_on_both_axes():
    ax = curve([1, 2, 3], {"a": [1, 4, 9], "b": np.array([1.0, 2.0, 3.0])}, "n", "loss / nats")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("n", "loss / nats")
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 4, 9], [1, 2, 3]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_two_series_differ_in_marker_and_not_only_in_colour():
    ax = curve([1, 2], {"a": [1, 2], "b": [2, 1]}, "x", "y")
    assert ax.lines[0].get_marker() != ax.lines[1].get_marker()
    assert [line.get_color() for line in ax.lines] == list(COLOURS[:2])


def test_one_series_needs_no_legend():
    assert curve([1, 2], {"a": [1, 2]}, "x", "y").get_legend() is None


def test_log_axes_are_asked_for_one_by_one():
    ax = curve([1, 10], {"a": [1, 100]}, "x", "y", log_x=True)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    ax = curve([1, 10], {"a": [1, 100]}, "x", "y", log_y=True)
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")


def test_a_plot_lands_in_the_axes_that_it_is_given():
    _, ax = plt.subplots()
    assert curve([1], {"a": [1]}, "x", "y", ax=ax) is ax
    assert bars(["a"], [1], "x", "y", ax=ax) is ax
    assert heatmap([[1]], ["r"], ["c"], "x", "y", "p", ax=ax) is ax


def test_bars_have_the_heights_and_names_that_they_are_given():
    ax = bars(["one", "two"], np.array([3, 5]), "order", "count", number_format="{:.1f}")
    assert [bar.get_height() for bar in ax.patches] == [3, 5]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["one", "two"]
    assert [text.get_text() for text in ax.texts] == ["3.0", "5.0"]


def test_a_heatmap_puts_row_0_on_top_and_names_its_colours():
    ax = heatmap([[1, 2, 3], [4, 5, 6]], ["r0", "r1"], ["a", "b", "c"], "x", "y", "probability")
    assert ax.images[0].get_array().tolist() == [[1, 2, 3], [4, 5, 6]]
    assert ax.get_ylim() == (1.5, -0.5)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert ax.images[0].colorbar.ax.get_ylabel() == "probability"


def test_written_cells_are_white_on_dark_and_black_on_light():
    ax = heatmap([[0.0, 1.0]], ["r"], ["a", "b"], "x", "y", "p", number_format="{:.2f}")
    assert [(t.get_text(), t.get_color()) for t in ax.texts] == [
        ("0.00", "white"),
        ("1.00", "black"),
    ]


def test_a_series_of_another_length_is_refused_and_named():
    with pytest.raises(ValueError, match=r"series 'a' has shape \(3,\), .* 2 points"):
        curve([1, 2], {"a": [1, 2, 3]}, "x", "y")


def test_a_curve_without_a_series_is_refused():
    with pytest.raises(ValueError, match="is empty, needs 1 or more"):
        curve([1, 2], {}, "x", "y")


def test_bars_without_one_value_a_label_are_refused():
    with pytest.raises(ValueError, match=r"values has shape \(1,\), .* 2 labels"):
        bars(["a", "b"], [1], "x", "y")


def test_a_heatmap_whose_labels_do_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"matrix has shape \(1, 2\), the labels need \(2, 2\)"):
        heatmap([[1, 2]], ["a", "b"], ["c", "d"], "x", "y", "p")


def shown_ticks(axis) -> list[str]:
    axis.axes.figure.canvas.draw()
    labels = [tick.label1 for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]]
    return [label.get_text() for label in labels if label.get_text()]


def test_a_log_axis_of_few_decades_has_plain_numbers_and_a_long_one_powers():
    ax = curve([1, 8, 32], {"a": [3, 60, 1e6]}, "rows", "loss", log_x=True, log_y=True)
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    shown = [label.get_text() for label in ax.get_xticklabels()]
    inside = [text for text, at in zip(shown, ax.get_xticks(), strict=True) if low <= at <= high]
    assert inside == ["1", "2", "5", "10", "20"]
    assert any("10^" in label.get_text() for label in ax.get_yticklabels())


def test_a_small_panel_has_fewer_ticks_on_its_log_axis():
    _, axes = plt.subplots(1, 3, figsize=(8.0, 2.4))
    ax = curve([1, 30, 1000], {"a": [1, 2, 3]}, "width", "nats", log_x=True, ax=axes[0])
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    labels = zip(ax.get_xticklabels(), ax.get_xticks(), strict=True)
    boxes = [label.get_window_extent() for label, at in labels if low <= at <= high]
    assert len(boxes) >= 2
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_a_log_axis_within_one_decade_has_more_than_one_tick():
    ax = curve([1, 2], {"a": [42, 66]}, "rows", "perplexity", log_y=True)
    ax.figure.draw_without_rendering()
    low, high = ax.get_ylim()
    shown = [label.get_text() for label in ax.get_yticklabels()]
    inside = [text for text, at in zip(shown, ax.get_yticks(), strict=True) if low <= at <= high]
    assert inside == ["50", "60"]


def test_log_ticks_are_the_numbers_asked_for_and_no_powers_of_ten():
    ax = curve([1, 8, 32], {"a": [50, 60, 100]}, "rows", "perplexity", log_x=True, log_y=True)
    plain_log_ticks(ax.xaxis, [1, 2, 4, 8, 16, 32])
    plain_log_ticks(ax.yaxis, [50, 75, 100])
    assert shown_ticks(ax.xaxis) == ["1", "2", "4", "8", "16", "32"]
    assert shown_ticks(ax.yaxis) == ["50", "75", "100"]


def test_log_ticks_never_use_an_exponent():
    ax = curve([1e-6, 1e7], {"a": [1, 2]}, "x", "y", log_x=True)
    plain_log_ticks(ax.xaxis, [1e-6, 0.25, 1500, 1e7])
    assert shown_ticks(ax.xaxis) == ["0.000001", "0.25", "1,500", "10,000,000"]


def test_log_ticks_on_a_linear_axis_are_refused():
    ax = curve([1, 2], {"a": [1, 2]}, "x", "y")
    with pytest.raises(ValueError, match="axis has the scale 'linear', needs 'log'"):
        plain_log_ticks(ax.xaxis, [1, 2])


def test_log_ticks_at_zero_or_at_no_value_are_refused():
    ax = curve([1, 2], {"a": [1, 2]}, "x", "y", log_x=True)
    with pytest.raises(ValueError, match="values holds 0, a logarithmic axis needs more than 0"):
        plain_log_ticks(ax.xaxis, [0, 1])
    with pytest.raises(ValueError, match="values is empty"):
        plain_log_ticks(ax.xaxis, [])


def test_a_logarithmic_axis_refuses_what_it_would_leave_out():
    with pytest.raises(ValueError, match="x holds 0, a logarithmic axis"):
        curve([0, 1], {"a": [1, 2]}, "x", "y", log_x=True)
    with pytest.raises(ValueError, match="series 'a' holds -1, log_y needs 0 or more"):
        curve([1, 2], {"a": [1, -1]}, "x", "y", log_y=True)
    with pytest.raises(ValueError, match="values holds 0, a logarithmic axis"):
        bars(["a", "b"], [0, 1], "x", "y", log_y=True)


def test_nothing_to_draw_is_refused_and_named():
    with pytest.raises(ValueError, match="x is empty"):
        curve([], {"a": []}, "x", "y")
    with pytest.raises(ValueError, match="values is empty"):
        bars([], [], "x", "y")
    with pytest.raises(ValueError, match="matrix is empty"):
        heatmap(np.zeros((0, 2)), [], ["a", "b"], "x", "y", "p")


def test_a_missing_cell_does_not_change_the_colour_of_the_other_numbers():
    ax = heatmap(
        np.array([[0.0, np.nan, 1.0]]), ["r"], list("abc"), "x", "y", "p", number_format="{:.0f}"
    )
    assert [text.get_color() for text in ax.texts][::2] == ["white", "black"]
