"""Bits per byte against CPU seconds: when does each network overtake counting?"""

from collections.abc import Iterator, Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tools.leaderboard.costs import COUNTING, crossing
from tools.leaderboard.drawing import INK, LINES, style, svg
from tools.leaderboard.rows import BEST_COUNTS, NETWORKS

LABELS = {
    "feedforward-tiny": "feed-forward",
    "rnn-tiny": "recurrent",
    "lstm-tiny": "LSTM",
    "gru-tiny": "GRU",
    "transformer-tiny": "GPT-2’s form",
    "llama-tiny": "Llama’s form",
    "gpt-tiny": "gpt-tiny",
    "gpt-small": "gpt-small",
}
_MARKERS = "so^DvPX*"  # never by the colour alone
_HEAD = (
    "| model | parameters | steps | passes | CPU s per step | CPU s | bits per byte "
    "| CPU s until it passes the 5-gram |"
)
_ROOM = 0.8  # bits per byte shown above the level of counting


def networks(costs: Mapping[str, dict]) -> Iterator[tuple[str, str, dict]]:
    """Row, name in the zoo and cost of each network with a curve, the best at its end first.

    Raises ``ValueError`` if a network's or the counts' cost was not measured.
    """
    wanted = {packaged: row for row, (_, packaged) in NETWORKS.items()}
    if missing := [name for name in (*wanted, *COUNTING) if name not in costs]:
        raise ValueError(f"costs lacks {missing[0]!r}")
    followed = [name for name in wanted if costs[name]["evaluations"]]
    for name in sorted(followed, key=lambda name: last(costs[name])):
        yield wanted[name], name, costs[name]


def last(cost: dict) -> float:
    """Bits per byte at the end of the training."""
    return cost["evaluations"][-1][1]


def level(costs: Mapping[str, dict]) -> float:
    """Bits per byte of the 5-gram on the speeches that the curves are measured on."""
    return costs[BEST_COUNTS]["bits_per_byte"]


def after(cost: dict, bits: float) -> str:
    """The seconds until ``bits`` are reached, in words for a table."""
    reached = crossing(cost, bits)
    if reached is None:
        return "never"
    seconds, seen = reached
    return f"{seconds:,.0f}" if seen else f"before {seconds:,.0f}"


def table(costs: Mapping[str, dict], passes: Mapping[str, float]) -> str:
    """One line for each network, the best first; ``passes`` are those over the plays, by row."""
    lines = [_HEAD, "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row, _, cost in networks(costs):
        cells = [row, f"{cost['n_parameters']:,}", f"{cost['n_steps']:,}", f"{passes[row]:.1f}"]
        cells += [f"{cost['seconds_per_step']:.3f}", f"{cost['seconds']:,.0f}"]
        cells += [f"{last(cost):.3f}", after(cost, level(costs))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def alt(costs: Mapping[str, dict]) -> str:
    """What the figure shows, in words."""
    said = []
    for _, name, cost in networks(costs):
        step, bits = cost["evaluations"][0]
        begin = f"from {bits:.2f} after {step * cost['seconds_per_step']:,.0f} s"
        end = f"to {last(cost):.2f} after {cost['seconds']:,.0f} s"
        said.append(f"{LABELS.get(name, name)} {begin} {end}")
    points = [
        f"{label} {costs[row]['bits_per_byte']:.2f} after {costs[row]['seconds']:.1f} s"
        for row, label in COUNTING.items()
    ]
    axes = "Bits per byte over CPU seconds on a logarithmic scale. Falling curves of networks"
    return f"{axes}: {'; '.join(said)}. Points of models that count: {'; '.join(points)}."


def figure(costs: Mapping[str, dict]) -> str:
    """The figure as SVG, 400 pixels wide, for a phone."""
    with style():
        drawn, ax = plt.subplots(figsize=(4.0, 5.0), layout="none")
        drawn.subplots_adjust(left=0.14, right=0.98, bottom=0.27, top=0.98)
        looks = dict(zip(LABELS, zip(LINES, _MARKERS, strict=True), strict=True))
        for _, name, cost in networks(costs):
            colour, marker = looks.get(name, (INK, "."))
            x = [step * cost["seconds_per_step"] for step, _ in cost["evaluations"]]
            y = [bits for _, bits in cost["evaluations"]]
            label = LABELS.get(name, name)
            ax.plot(x, y, color=colour, marker=marker, markersize=3.5, linewidth=1.3, label=label)
        _draw_counting(ax, costs)
        _name_axes(ax, costs)
        drawn.legend(loc="lower center", ncols=3, columnspacing=1.2, handlelength=1.8)
        return svg(drawn)


def _draw_counting(ax: Axes, costs: Mapping[str, dict]) -> None:
    ax.axhline(level(costs), color=INK, linestyle="--", linewidth=0.8)
    for row, label in COUNTING.items():
        point = costs[row]["seconds"], costs[row]["bits_per_byte"]
        ax.plot(*point, color=INK, marker="o", linestyle="none", markersize=5)
        below = row == BEST_COUNTS  # beside the dashed line, not on it
        ax.annotate(
            label,
            point,
            xytext=(6, -9 if below else 0),
            textcoords="offset points",
            va="center",
        )


def _name_axes(ax: Axes, costs: Mapping[str, dict]) -> None:
    curves = [cost for _, _, cost in networks(costs)]
    lowest = min([level(costs), *map(last, curves)])
    longest = max([100.0, *(cost["seconds"] for cost in curves)])
    ax.set(xscale="log", xlim=(1, 1.6 * longest), ylim=(lowest - 0.1, level(costs) + _ROOM))
    ax.set(xlabel="CPU seconds of training, one thread", ylabel="bits per byte")
    ticks = [ten for ten in (1, 10, 100, 1_000, 10_000, 100_000) if ten <= 1.6 * longest]
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
